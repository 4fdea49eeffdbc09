import { describe, expect, it } from 'vitest'
import type { OverlapRule, ScheduleEntry } from '../../src/schedule/schedule-entry.js'
import { defineTask } from '../../src/task/define-task.js'
import { VirtualClock } from '../faults/kit/virtual-clock.js'
import { brokerOfFile } from '../support/broker.js'
import { testApp } from '../support/test-app.js'
import { entryOf, startBeat } from '../support/test-beat.js'

const broker = brokerOfFile()

const HOUR = 3_600_000
const START = Date.UTC(2026, 2, 2)
const slot = (hour: number) => START + hour * HOUR

const hourly = (overlap: OverlapRule, over: Partial<ScheduleEntry> = {}): ScheduleEntry =>
  entryOf({ name: 'e', task: 'Long', overlap, schedule: { kind: 'interval', everyMs: HOUR, anchorMs: 0 }, ...over })

/** A beat, a worker, and a task that runs until the test lets it go or its signal is aborted. */
async function scene(overlap: OverlapRule) {
  const runs: { slotMs: number; end: () => void }[] = []
  const Long = defineTask({ name: 'Long' }, async ({ request, signal }) => {
    const gate = Promise.withResolvers<void>()
    signal.addEventListener('abort', () => gate.reject(signal.reason))
    runs.push({ slotMs: request.schedule?.slot.getTime() ?? Number.NaN, end: gate.resolve })
    await gate.promise
  })
  const app = testApp(broker, { tasks: [Long], config: { worker: { lock: '1s' } } })
  const { events: jobs } = await app.worker()
  const clock = new VirtualClock(START)
  const { events, store } = await startBeat(app, [hourly(overlap)], { clock })
  await events.waitFor('beat.leading')
  clock.advance(HOUR)
  await jobs.count('job.started', 1)
  const state = async () => (await store.read(['e'])).get('e')?.state
  return { runs, app, jobs, clock, events, state }
}

describe('the job of the slot before still runs', () => {
  it('allow: they run side by side', async () => {
    const { runs, jobs, clock } = await scene('allow')
    clock.advance(HOUR)
    await jobs.count('job.started', 2)
    expect(runs.map(({ slotMs }) => slotMs)).toEqual([slot(1), slot(2)])
    for (const run of runs) run.end()
  })

  it('skip: the slot does not run, the first after its end does', async () => {
    const { runs, jobs, clock, events, state } = await scene('skip')
    clock.advance(HOUR)
    expect(await events.waitFor('slots.skipped')).toEqual({
      name: 'slots.skipped',
      schedule: 'e',
      reason: 'overlap',
      count: 1,
    })
    runs[0]?.end()
    await jobs.count('job.succeeded', 1)
    clock.advance(HOUR)
    await jobs.count('job.started', 2)
    expect(runs.map(({ slotMs }) => slotMs)).toEqual([slot(1), slot(3)])
    expect(await state()).toMatchObject({ runs: 2, skipped: 1 })
    runs[1]?.end()
  })

  it('queue: the latest slot runs as soon as it has ended', async () => {
    const { runs, jobs, clock, events, state } = await scene('queue')
    clock.advance(HOUR)
    await events.waitFor('slot.held', ({ slotMs }) => slotMs === slot(2))
    clock.advance(HOUR)
    await events.waitFor('slot.held', ({ slotMs }) => slotMs === slot(3))
    runs[0]?.end()
    await jobs.count('job.succeeded', 1)
    clock.advance(1000)
    await jobs.count('job.started', 2)
    expect(runs.map(({ slotMs }) => slotMs)).toEqual([slot(1), slot(3)])
    expect(await state()).toMatchObject({ runs: 2, skipped: 1 })
    expect(await state()).not.toHaveProperty('heldSlotMs')
    runs[1]?.end()
  })

  it('cancel: it is revoked, and the slot runs when it has ended', async () => {
    const { runs, app, jobs, clock, events } = await scene('cancel')
    clock.advance(HOUR)
    const held = await events.waitFor('slot.held')
    expect(held).toEqual({
      name: 'slot.held',
      schedule: 'e',
      slotMs: slot(2),
      jobId: 'e@20260302T010000Z',
      revoked: true,
    })
    await jobs.count('job.revoked', 1)
    clock.advance(1000)
    await jobs.count('job.started', 2)
    expect(runs.map(({ slotMs }) => slotMs)).toEqual([slot(1), slot(2)])
    expect(await app.client.result('e@20260302T010000Z').state()).toBe('revoked')
    runs[1]?.end()
  })
})

describe('the job of the slot before has not begun', () => {
  it('cancel: it never runs, and the slot does', async () => {
    const Never = defineTask({ name: 'Long' }, async () => {})
    const app = testApp(broker, { tasks: [Never] })
    const clock = new VirtualClock(START)
    const { events } = await startBeat(app, [hourly('cancel')], { clock })
    await events.waitFor('beat.leading')
    clock.advance(HOUR)
    await events.count('slot.enqueued', 1)
    clock.advance(HOUR)
    await events.count('slot.enqueued', 2)
    const { events: jobs } = await app.worker({ burst: true })
    await jobs.count('job.succeeded', 1)
    expect(await app.client.result('e@20260302T010000Z').state()).toBe('revoked')
    expect(await app.client.result('e@20260302T020000Z').state()).toBe('succeeded')
  })

  it('skip: at most one job ever waits, however long no worker runs', async () => {
    const Never = defineTask({ name: 'Long' }, async () => {})
    const app = testApp(broker, { tasks: [Never] })
    const clock = new VirtualClock(START)
    const { events } = await startBeat(app, [hourly('skip')], { clock })
    await events.waitFor('beat.leading')
    for (let hour = 1; hour <= 10; hour++) {
      clock.advance(HOUR)
      await events.until(
        () => events.of('slot.enqueued').length + events.of('slots.skipped').length === hour,
        5000,
        `slot ${hour}`,
      )
    }
    expect(await app.redis.llen(app.keys.lane('default', 'wait'))).toBe(1)
  })
})

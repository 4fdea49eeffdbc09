import { describe, expect, it } from 'vitest'
import type { ScheduleEntry } from '../../src/schedule/schedule-entry.js'
import { slotJobId } from '../../src/schedule/slot-id.js'
import { defineTask } from '../../src/task/define-task.js'
import { VirtualClock } from '../faults/kit/virtual-clock.js'
import { brokerOfFile } from '../support/broker.js'
import { type TestApp, testApp } from '../support/test-app.js'
import { entryOf, startBeat } from '../support/test-beat.js'

const broker = brokerOfFile()

const MINUTE = 60_000
const HOUR = 60 * MINUTE
/** 2026-03-02T00:00:00Z, a Monday. */
const START = Date.UTC(2026, 2, 2)

const Tick = defineTask({ name: 'Tick' }, async () => {})

const hourly = (over: Partial<ScheduleEntry> = {}): ScheduleEntry =>
  entryOf({
    name: 'hourly',
    task: 'Tick',
    schedule: { kind: 'interval', everyMs: HOUR, anchorMs: 0 },
    ...over,
  })

const app = (): TestApp => testApp(broker, { tasks: [Tick] })

/** The ids of the jobs that wait, oldest first. */
const waiting = async ({ redis, keys }: TestApp): Promise<string[]> =>
  (await redis.lrange(keys.lane('default', 'wait'), 0, -1)).reverse()

describe('a slot', () => {
  it('is enqueued at its time, with its id, its arguments and its slot', async () => {
    const subject = app()
    const clock = new VirtualClock(START)
    const { events } = await startBeat(subject, [hourly({ args: ['a', 2] })], { clock })
    await events.waitFor('beat.leading')
    clock.advance(HOUR - 1)
    clock.advance(1)
    const event = await events.waitFor('slot.enqueued')
    expect(event).toEqual({
      name: 'slot.enqueued',
      schedule: 'hourly',
      slotMs: START + HOUR,
      jobId: 'hourly@20260302T010000Z',
      lateMs: 0,
    })
    const job = await subject.engine.jobs.find(event.jobId, 'default')
    expect(job?.task).toBe('Tick')
    expect(job?.enqueuedAt).toBe(START + HOUR)
    expect(JSON.parse(job?.data ?? '')).toEqual({
      v: 1,
      args: ['a', 2],
      schedule: { name: 'hourly', slotMs: START + HOUR },
    })
  })

  it('comes with the options of applyAsync', async () => {
    const subject = app()
    const clock = new VirtualClock(START)
    const options = { queue: 'reports', retries: 4, countdown: '5m' } as const
    const { events } = await startBeat(subject, [hourly({ options })], { clock })
    await events.waitFor('beat.leading')
    clock.advance(HOUR)
    const { jobId } = await events.waitFor('slot.enqueued')
    const job = await subject.engine.jobs.find(jobId, 'reports')
    expect(job?.standing.delayed).toBe(true)
    expect(JSON.parse(job?.data ?? '')).toMatchObject({ retries: 4 })
  })

  it('is enqueued once, however many slots and beats there are', async () => {
    const subject = app()
    const clock = new VirtualClock(START)
    const beats = await Promise.all([1, 2, 3].map(() => startBeat(subject, [hourly()], { clock })))
    const leading = await Promise.any(beats.map(({ events }) => events.waitFor('beat.leading').then(() => events)))
    for (let hour = 1; hour <= 24; hour++) {
      clock.advance(HOUR)
      await leading.waitFor('slot.enqueued', ({ slotMs }) => slotMs === START + hour * HOUR)
    }
    const wanted = Array.from({ length: 24 }, (_, hour) => slotJobId('hourly', START + (hour + 1) * HOUR))
    expect(await waiting(subject)).toEqual(wanted)
    expect(beats.flatMap(({ events }) => events.of('slot.enqueued'))).toHaveLength(24)
  })

  it('that cannot be made into a job is told, and the next is tried', async () => {
    const subject = testApp(broker, { tasks: [Tick], config: { payload: { max: 100, warn: 100 } } })
    const clock = new VirtualClock(START)
    const { events, store } = await startBeat(subject, [hourly({ args: ['x'.repeat(100)] })], { clock })
    await events.waitFor('beat.leading')
    clock.advance(HOUR)
    expect(await events.waitFor('slot.failed')).toMatchObject({
      schedule: 'hourly',
      message: expect.stringMatching(/^Tick: the arguments are \d+ bytes of JSON, the limit is 100$/),
    })
    expect((await store.read(['hourly'])).get('hourly')?.state).toMatchObject({ runs: 0, skipped: 1 })
  })
})

import { describe, expect, onTestFinished, test } from 'vitest'
import { newJobId } from '../../src/client/job-id.js'
import { decodeEnvelope } from '../../src/codec/envelope.js'
import type { Backfill } from '../../src/control/schedules-backfill.js'
import { BrokerSilentError } from '../../src/engine/connection/watched-connection.js'
import type { BeatEvent } from '../../src/events/beat-event.js'
import { defineTask } from '../../src/task/define-task.js'
import { forgetTasks } from '../../src/task/registry.js'
import { brokerOfFile, startBroker } from '../support/broker.js'
import { rejection } from '../support/refusal.js'
import { testApp } from '../support/test-app.js'
import { startBeat } from '../support/test-beat.js'
import { entryIn, scheduleDesk, storeCode } from './schedule-desk.js'

const broker = brokerOfFile()
const HOUR_MS = 3_600_000
const at = (text: string) => Date.parse(`2026-11-01T${text}:00Z`)
const seen: (Date | undefined)[] = []
const task = () =>
  defineTask({ name: 'reports.daily', queue: 'reports' }, ({ request }, day: string) => {
    seen.push(request.schedule?.slot)
    return [day, request.schedule?.name]
  })
const hourly = entryIn('hourly', { task: 'reports.daily', args: ['a'], options: { retries: 2 }, every: '1h' })

describe('run', () => {
  test('enqueues a job now, also while the entry is paused, and notes it as the latest by hand', async () => {
    const app = testApp(broker, { tasks: [task()] })
    const desk = scheduleDesk(app)
    const last = { slotMs: 5, jobId: 'hourly@5', lane: 'reports', enqueuedAtMs: 5 }
    const state = { runs: 2, skipped: 1, paused: true, heldSlotMs: 7, last }
    await storeCode(desk, [hourly], 5, state)
    const edits = await desk.store.edits()
    const askedAt = Date.now()
    const id = await desk.schedules.run('hourly')
    const job = await app.engine.jobs.find(id)
    expect(job).toMatchObject({ task: 'reports.daily', lane: 'reports' })
    const slotMs = job?.enqueuedAt ?? 0
    expect(Math.abs(slotMs - askedAt)).toBeLessThan(1000)
    expect(decodeEnvelope(job?.data ?? '')).toEqual({
      kind: 'envelope',
      envelope: { args: ['a'], retries: 2, schedule: { name: 'hourly', slotMs } },
    })
    const lastByHand = { slotMs, jobId: id, lane: 'reports', enqueuedAtMs: slotMs }
    expect((await desk.record('hourly'))?.state).toEqual({ cursorMs: 5, ...state, lastByHand })
    // No beat need read all entries anew for it.
    expect(await desk.store.edits()).toBe(edits)
    await app.worker()
    expect(await app.client.result(id).get()).toEqual(['a', 'hourly'])
    expect(seen.at(-1)).toEqual(new Date(slotMs))
  })

  test('leaves the rule of overlap to the job of the slot before', async () => {
    const gate = Promise.withResolvers<void>()
    onTestFinished(() => gate.resolve())
    const byHand: string[] = []
    const Long = defineTask({ name: 'Long' }, ({ request }) => (byHand.includes(request.id) ? undefined : gate.promise))
    const app = testApp(broker, { tasks: [Long] })
    const often = entryIn('often', { task: 'Long', every: '1s', overlap: 'skip' })
    const desk = scheduleDesk(app, [often], {
      newId: () => {
        byHand.push(newJobId())
        return byHand.at(-1) ?? ''
      },
    })
    const { events: jobs } = await app.worker()
    const { events } = await startBeat(app, [often])
    await jobs.count('job.started', 1)
    const first = await events.waitFor('slot.enqueued')
    const id = await desk.schedules.run('often')
    await app.client.result(id).get()
    // That the slots since do not run, a skipped one shows; one that runs in its stead fails here.
    const told = events.all.length
    await events.until(() => events.all.slice(told).some(isSlot), 10_000, 'a slot')
    expect(events.all.slice(told).find(isSlot)?.name).toBe('slots.skipped')
    expect((await desk.record('often'))?.state).toMatchObject({ runs: 1, last: { jobId: first.jobId } })
  })

  test('writes nothing when the job cannot be made', async () => {
    const app = testApp(broker, { tasks: [task()], config: { payload: { max: 50 } } })
    const desk = scheduleDesk(app)
    await storeCode(desk, [{ ...hourly, args: ['x'.repeat(100)] }], 5)
    expect(await rejection(desk.schedules.run('hourly'))).toMatchObject({ code: 'TASKQ_PAYLOAD_TOO_LARGE' })
    expect((await desk.record('hourly'))?.state).not.toHaveProperty('lastByHand')
    expect((await app.engine.queueOverviews()).queues).toEqual([])
  })

  test('is made again when the entry is changed meanwhile, and given up in the end', async () => {
    const app = testApp(broker, { tasks: [task()] })
    let meddles = 3
    const desk = scheduleDesk(app, [], {
      planJob: async (call) => {
        if (meddles-- > 0) await storeCode(desk, [{ ...hourly, args: [`b${meddles}`] }], 5)
        return app.client.plan(call)
      },
    })
    await storeCode(desk, [hourly], 5)
    const id = await desk.schedules.run('hourly')
    const job = await app.engine.jobs.find(id)
    expect(decodeEnvelope(job?.data ?? '')).toMatchObject({ envelope: { args: ['b0'] } })
    expect((await app.engine.queueOverviews()).queues).toMatchObject([{ queue: 'reports', queued: 1 }])
    meddles = Number.POSITIVE_INFINITY
    expect(await rejection(desk.schedules.run('hourly'))).toMatchObject({
      code: 'TASKQ_SCHEDULE_CONFLICT',
      message: '"hourly": others kept changing it',
    })
    expect((await app.engine.queueOverviews()).queues).toMatchObject([{ queue: 'reports', queued: 1 }])
  })
})

const isSlot = ({ name }: BeatEvent) => name === 'slots.skipped' || name === 'slot.enqueued'

test('a broker that goes away under a call is told as such', async () => {
  const own = await startBroker()
  onTestFinished(() => own.stop())
  const app = testApp(own, { tasks: [task()] })
  const desk = scheduleDesk(app, [], {
    planJob: async (call) => {
      const job = await app.client.plan(call)
      await own.stop()
      return job
    },
  })
  await storeCode(desk, [hourly], 5)
  expect(await rejection(desk.schedules.run('hourly'))).toMatchObject({
    code: 'TASKQ_BROKER_UNREACHABLE',
    message: 'the broker went away meanwhile',
    hint: 'What was asked for may have been done: look with taskq schedule list.',
  })
})

test('and one that falls silent', async () => {
  const desk = scheduleDesk(testApp(broker, { tasks: [task()] }), [], {
    planJob: () => Promise.reject(new BrokerSilentError()),
  })
  await storeCode(desk, [hourly], 5)
  expect(await rejection(desk.schedules.run('hourly'))).toMatchObject({
    code: 'TASKQ_BROKER_UNREACHABLE',
    message: 'the broker went away meanwhile',
  })
})

describe('backfill', () => {
  const request = { from: '2026-11-01T00:00Z', to: '2026-11-01T03:00Z' }

  test('enqueues the slots from one instant to before another, each once', async () => {
    const app = testApp(broker, { tasks: [task()] })
    const desk = scheduleDesk(app)
    await storeCode(desk, [hourly], Date.now(), { paused: true })
    const { state } = (await desk.record('hourly')) ?? {}
    const dry = await desk.schedules.backfill('hourly', { ...request, dryRun: true })
    expect(dry).toMatchObject({ name: 'hourly', dryRun: true })
    expect(dry.slots.map(({ enqueued, reason }) => [enqueued, reason])).toEqual(Array(3).fill([false, 'dry run']))
    expect((await app.engine.queueOverviews()).queues).toEqual([])
    expect(await desk.schedules.backfill('hourly', request)).toEqual({
      name: 'hourly',
      dryRun: false,
      slots: ['00', '01', '02'].map((hour) => ({
        slot: new Date(at(`${hour}:00`)),
        jobId: `hourly@20261101T${hour}0000Z`,
        enqueued: true,
      })),
    })
    const job = await app.engine.jobs.find('hourly@20261101T010000Z')
    expect(job).toMatchObject({ lane: 'reports', task: 'reports.daily' })
    expect(Math.abs((job?.enqueuedAt ?? 0) - Date.now())).toBeLessThan(2000)
    expect(decodeEnvelope(job?.data ?? '')).toMatchObject({
      envelope: { args: ['a'], retries: 2, schedule: { name: 'hourly', slotMs: at('01:00') } },
    })
    const { worker } = await app.worker({ burst: true })
    await worker.done
    const again = await desk.schedules.backfill('hourly', { ...request, from: '2026-10-31T23:00Z' })
    expect(again.slots.map(({ enqueued, reason }) => [enqueued, reason])).toEqual([
      [true, undefined],
      ...Array(3).fill([false, 'its job is there: succeeded']),
    ])
    const { queues } = await app.engine.queueOverviews()
    expect(queues).toContainEqual(expect.objectContaining({ queue: 'reports', queued: 1, succeeded: 3 }))
    expect((await desk.record('hourly'))?.state).toEqual(state)
  })

  describe('leaves to Beat what it may yet enqueue', () => {
    const left = [false, 'left to Beat, which has not dealt with it yet']
    const enqueued = [true, undefined]
    const state = { heldSlotMs: at('00:00') }
    const reasons = ({ slots }: Backfill) => slots.map(({ enqueued, reason }) => [enqueued, reason])

    test('slots from the latest on that was dealt with, and one that is held', async () => {
      const app = testApp(broker, { tasks: [task()] })
      const desk = scheduleDesk(app)
      // Jitter, or a late beat: 02:00 is past, and not dealt with.
      await storeCode(desk, [{ ...hourly, jitterMs: 50_000 }], at('01:00'), state)
      const dry = await desk.schedules.backfill('hourly', { ...request, dryRun: true })
      expect(reasons(dry)).toEqual([left, [false, 'dry run'], left])
      expect(reasons(await desk.schedules.backfill('hourly', request))).toEqual([left, enqueued, left])
      expect((await app.engine.queueOverviews()).queues).toMatchObject([{ queue: 'reports', queued: 1 }])
      expect(await app.engine.jobs.find('hourly@20261101T010000Z')).toBeDefined()
    })

    test('nothing while the entry is paused: resumed, it goes on at now', async () => {
      const desk = scheduleDesk(testApp(broker, { tasks: [task()] }))
      await storeCode(desk, [hourly], at('01:00'), { ...state, paused: true })
      expect(reasons(await desk.schedules.backfill('hourly', request))).toEqual(Array(3).fill(enqueued))
      await desk.schedules.resume(['hourly'])
      const after = (await desk.record('hourly'))?.state
      expect(after?.cursorMs).toBeGreaterThan(at('02:00'))
      expect(after).not.toHaveProperty('heldSlotMs')
    })

    test('all where it was lost how far the entry has come', async () => {
      const app = testApp(broker, { tasks: [task()] })
      const desk = scheduleDesk(app)
      await storeCode(desk, [hourly], at('01:00'))
      await app.redis.hdel(app.keys.schedule('hourly'), 'state')
      expect(reasons(await desk.schedules.backfill('hourly', request))).toEqual(Array(3).fill(left))
    })
  })

  test('finds a job that was enqueued when the task had another queue', async () => {
    const app = testApp(broker, { tasks: [task()] })
    const desk = scheduleDesk(app)
    await storeCode(desk, [hourly], Date.now())
    const to = '2026-11-01T01:00Z'
    await desk.schedules.backfill('hourly', { ...request, to })
    forgetTasks('reports.daily')
    defineTask({ name: 'reports.daily', queue: 'elsewhere' }, () => {})
    const again = await desk.schedules.backfill('hourly', { ...request, to })
    expect(again.slots).toMatchObject([{ enqueued: false, reason: 'its job is there: queued' }])
  })

  test('reads instants without an offset by the clock of the entry', async () => {
    const desk = scheduleDesk(testApp(broker, { tasks: [task()] }))
    const berlin = entryIn('daily', { task: 'reports.daily', args: ['a'], cron: '0 3 * * *', tz: 'Europe/Berlin' })
    await storeCode(desk, [berlin], Date.now())
    const asked = { from: '2026-07-01T03:00', to: '2026-07-02T03:00', dryRun: true }
    const { slots } = await desk.schedules.backfill('daily', asked)
    expect(slots.map(({ jobId }) => jobId)).toEqual(['daily@20260701T010000Z'])
  })

  test('keeps to startAt and endAt', async () => {
    const desk = scheduleDesk(testApp(broker, { tasks: [task()] }))
    await storeCode(desk, [{ ...hourly, startAtMs: at('01:00'), endAtMs: at('01:30') }], Date.now())
    const { slots } = await desk.schedules.backfill('hourly', request)
    expect(slots.map(({ slot }) => slot.getTime())).toEqual([at('01:00')])
  })

  test.each([
    [{ ...request, to: '2199-01-01' }, /^to: expected an instant that is over \(it is 20\d\d-.*Z\), got "2199-01-01"$/],
    [{ from: request.to, to: request.from }, /^to: expected an instant later than from, got "2026-11-01T00:00Z"$/],
    [
      { from: 'x', to: '2199-01-01', max: 0 },
      /^from: .*; to: .*; max: expected a whole number from 1 to 100000, got 0$/,
    ],
    [{} as typeof request, /^from: .*got nothing; to: .*got nothing$/],
    [{ ...request, max: 2 }, /^"hourly" has at least 3 slots in that time, and max is 2$/],
    [{ from: '2026-01-01', to: '2026-11-01' }, /^"hourly" has at least 1001 slots in that time, and max is 1000$/],
  ])('refuses %j, and enqueues nothing', async (wrong, message) => {
    const app = testApp(broker, { tasks: [task()] })
    const desk = scheduleDesk(app)
    await storeCode(desk, [hourly], Date.now())
    expect(await rejection(desk.schedules.backfill('hourly', wrong))).toMatchObject({
      code: 'TASKQ_SCHEDULE_INVALID',
      message: expect.stringMatching(message),
    })
    expect((await app.engine.queueOverviews()).queues).toEqual([])
  })

  test('a thousand slots', async () => {
    const app = testApp(broker, { tasks: [task()] })
    const desk = scheduleDesk(app)
    await storeCode(desk, [hourly], Date.now())
    const to = new Date(at('00:00'))
    const asked = { from: new Date(to.getTime() - 1000 * HOUR_MS), to }
    expect((await desk.schedules.backfill('hourly', asked)).slots.filter(({ enqueued }) => enqueued)).toHaveLength(1000)
    expect((await desk.schedules.backfill('hourly', asked)).slots.filter(({ enqueued }) => enqueued)).toEqual([])
    expect((await app.engine.queueOverviews()).queues).toMatchObject([{ queued: 1000 }])
  })
})

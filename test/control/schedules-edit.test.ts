import { describe, expect, test } from 'vitest'
import type { BeatEvent } from '../../src/events/beat-event.js'
import { defineTask } from '../../src/task/define-task.js'
import { forgetTasks } from '../../src/task/registry.js'
import { brokerOfFile } from '../support/broker.js'
import { rejection } from '../support/refusal.js'
import { testApp } from '../support/test-app.js'
import { startBeat } from '../support/test-beat.js'
import { entryIn, scheduleDesk, storeCode } from './schedule-desk.js'

const broker = brokerOfFile()
const HOUR_MS = 3_600_000
const task = () => defineTask({ name: 'reports.daily' }, (_, day: string) => day)
const nightly = entryIn('nightly', { task: 'reports.daily', args: ['a'], cron: '0 3 * * *' })

describe('pause and resume', () => {
  test('are idempotent, and say so', async () => {
    const desk = scheduleDesk(testApp(broker, { tasks: [task()] }))
    const cursorMs = Date.now() - HOUR_MS
    await storeCode(desk, [nightly, { ...nightly, name: 'other' }], cursorMs)
    expect(await desk.schedules.pause(['nightly', 'nightly'])).toEqual([{ name: 'nightly', changed: true }])
    expect((await desk.record('nightly'))?.state).toEqual({ cursorMs, runs: 0, skipped: 0, paused: true })
    expect(await desk.schedules.pause(['other', 'nightly'])).toEqual([
      { name: 'other', changed: true },
      { name: 'nightly', changed: false },
    ])
    const askedAt = Date.now()
    expect(await desk.schedules.resume(['nightly'])).toEqual([{ name: 'nightly', changed: true }])
    const { state } = (await desk.record('nightly')) ?? {}
    expect(state).toEqual({ cursorMs: expect.any(Number), runs: 0, skipped: 0, paused: false })
    expect(Math.abs((state?.cursorMs ?? 0) - askedAt)).toBeLessThan(1000)
    expect(await desk.schedules.resume(['nightly'])).toEqual([{ name: 'nightly', changed: false }])
    expect((await desk.record('nightly'))?.state).toEqual(state)
  })

  test('resume forgets a slot that was held', async () => {
    const desk = scheduleDesk(testApp(broker))
    await storeCode(desk, [nightly], 0)
    const state = { cursorMs: 0, runs: 2, skipped: 1, paused: true, heldSlotMs: 5 }
    await desk.store.change([], () => ({ writes: [{ name: 'nightly', state }], jobs: [], isEdit: true }))
    await desk.schedules.resume(['nightly'])
    expect((await desk.record('nightly'))?.state).toEqual({
      cursorMs: expect.any(Number),
      runs: 2,
      skipped: 1,
      paused: false,
    })
  })

  test('change nothing where one name is unknown', async () => {
    const desk = scheduleDesk(testApp(broker), [entryIn('in-code', { task: 'x', every: '1h' })])
    await storeCode(desk, [nightly], 0)
    expect(await rejection(desk.schedules.pause(['nightly', 'nigthly', 'in-code']))).toMatchObject({
      code: 'TASKQ_SCHEDULE_UNKNOWN',
      message: 'no schedule entry is named "nigthly" (did you mean nightly?); no schedule entry is named "in-code"',
      hint: 'In the code, but not stored yet: in-code. A beat stores it: start taskq beat.',
      data: { schedules: ['nigthly', 'in-code'] },
    })
    expect((await desk.record('nightly'))?.state?.paused).toBe(false)
  })

  test('a name that could be none is told at once, however long', async () => {
    const desk = scheduleDesk(testApp(broker))
    await storeCode(
      desk,
      Array.from({ length: 500 }, (_, n) => ({ ...nightly, name: `nightly-${n}` })),
      0,
    )
    const startedAt = performance.now()
    for (const name of ['x'.repeat(1_000_000), '', undefined as never, 7 as never]) {
      expect(await rejection(desk.schedules.pause([name]))).toMatchObject({ code: 'TASKQ_SCHEDULE_UNKNOWN' })
    }
    expect(performance.now() - startedAt).toBeLessThan(2000)
  })

  test('no slot is enqueued after pause has returned', async () => {
    const app = testApp(broker, { tasks: [task()] })
    const often = entryIn('often', { task: 'reports.daily', args: ['a'], every: '100ms' })
    const desk = scheduleDesk(app, [often])
    const { events } = await startBeat(app, [often])
    await events.waitFor('slot.enqueued')
    await desk.schedules.pause(['often'])
    const enqueued = (await app.engine.queueOverviews()).queues[0]?.queued ?? 0
    // Another entry shows that the beat goes on.
    await desk.schedules.add('witness', { task: 'reports.daily', args: ['b'], every: '100ms', limit: 5 })
    await events.until(() => events.of('slot.enqueued').filter(isOf('witness')).length === 5, 10_000, 'witness')
    expect((await app.engine.queueOverviews()).queues[0]?.queued).toBe(enqueued + 5)
    await desk.schedules.resume(['often'])
    const seen = events.all.length
    await events.until(() => events.all.slice(seen).some(isOf('often')), 10_000, 'often again')
  })
})

const isOf = (schedule: string) => (event: BeatEvent) => event.name === 'slot.enqueued' && event.schedule === schedule

describe('add', () => {
  test('stores an entry of the runtime, from now on', async () => {
    const desk = scheduleDesk(testApp(broker, { tasks: [task()] }))
    const askedAt = Date.now()
    const added = await desk.schedules.add('nightly', { task: 'reports.daily', args: ['a', undefined], every: '1h' })
    expect(added).toEqual({
      name: 'nightly',
      task: 'reports.daily',
      when: 'every 1 h',
      next: new Date((Math.floor(askedAt / HOUR_MS) + 1) * HOUR_MS),
      replaced: false,
      now: expect.any(Date),
    })
    expect(Math.abs(added.now.getTime() - askedAt)).toBeLessThan(1000)
    const record = await desk.record('nightly')
    const { entry } = { entry: entryIn('nightly', { task: 'reports.daily', args: ['a'], every: '1h' }) }
    expect(record?.definition).toEqual({ entry, owner: 'runtime' })
    expect(record?.state).toEqual({ cursorMs: expect.any(Number), runs: 0, skipped: 0, paused: false })
    expect(Math.abs((record?.state?.cursorMs ?? 0) - askedAt)).toBeLessThan(1000)
  })

  test.each([
    [{ task: 'reports.daily', cron: '0 3 * *', limit: 0 }, /^nightly\.cron: expected five fields.*; nightly\.limit: /],
    [
      { task: 'reports.dayly', every: '1h', jitter: 'x' },
      /^nightly\.jitter: .*; nightly\.task: expected a task of this project or of a worker, got "reports\.dayly" \(did you mean reports\.daily\?\)$/,
    ],
    [
      { task: 'reports.daily', at: '2020-01-01T12:00' },
      /^nightly\.at: expected an instant with a slot from now on, got 2020-01-01T12:00:00\.000Z$/,
    ],
    [
      { task: 'reports.daily', cron: '@hourly', endAt: '2020-01-01T12:00Z' },
      /^nightly\.endAt: expected an instant with a slot from now on, got 2020-01-01T12:00:00\.000Z$/,
    ],
    [7, /^nightly: expected an object such as .*, got 7$/],
    [null, /^nightly: expected an object such as .*, got null$/],
  ])('refuses %j, and stores nothing', async (options, message) => {
    const desk = scheduleDesk(testApp(broker, { tasks: [task()] }))
    expect(await rejection(desk.schedules.add('nightly', options as never))).toMatchObject({
      code: 'TASKQ_SCHEDULE_INVALID',
      message: expect.stringMatching(message),
      data: { schedule: 'nightly', problems: expect.any(Array) },
    })
    expect(await desk.record('nightly')).toBeUndefined()
  })

  test('refuses a name that could not be shown or stored', async () => {
    const desk = scheduleDesk(testApp(broker, { tasks: [task()] }))
    for (const name of ['', 'a b', 'a:b', '\u001b[31m', 'x'.repeat(101), '__proto__']) {
      const error = await rejection(desk.schedules.add(name, { task: 'reports.daily', every: '1h' }))
      expect(error, name).toMatchObject({ code: 'TASKQ_SCHEDULE_INVALID' })
    }
    expect((await desk.store.readAll()).records.size).toBe(0)
  })

  test('refuses arguments that JSON would change, and those that the schema does not let pass', async () => {
    const checked = defineTask({ name: 'checked', schema: onlyOne }, (_, _n: 1) => {})
    const desk = scheduleDesk(testApp(broker, { tasks: [task(), checked] }))
    const dated = desk.schedules.add('nightly', { task: 'reports.daily', args: [new Date(0)], every: '1h' })
    expect(await rejection(dated)).toMatchObject({ code: 'TASKQ_PAYLOAD_NOT_JSON' })
    const wrong = desk.schedules.add('nightly', { task: 'checked', args: [2], every: '1h' })
    expect(await rejection(wrong)).toMatchObject({ code: 'TASKQ_PAYLOAD_INVALID', message: 'checked: args[0]: not 1' })
    expect(await desk.record('nightly')).toBeUndefined()
  })

  test('an unknown task is added by force, or when a worker knows it', async () => {
    const app = testApp(broker, { tasks: [task()] })
    const desk = scheduleDesk(app)
    const options = { task: 'elsewhere', every: '1h' } as const
    expect(await rejection(desk.schedules.add('a', options))).toMatchObject({
      message: 'a.task: expected a task of this project or of a worker, got "elsewhere"',
      hint: 'With force (--force) it is added all the same; its jobs wait for a worker that has the task.',
    })
    await desk.schedules.add('a', options, { force: true })
    expect((await desk.record('a'))?.definition?.entry.task).toBe('elsewhere')
    await app.worker()
    forgetTasks('reports.daily')
    await desk.schedules.add('b', { task: 'reports.daily', every: '1h' })
    expect((await desk.record('b'))?.definition?.owner).toBe('runtime')
  })

  test('refuses a name that is taken, unless it is told to replace an entry of the runtime', async () => {
    const inCode = entryIn('in-code', { task: 'reports.daily', every: '1h' })
    const desk = scheduleDesk(testApp(broker, { tasks: [task()] }), [inCode])
    await storeCode(desk, [nightly], 0)
    const options = { task: 'reports.daily', args: ['b'], every: '1h' } as const
    for (const [name, rules] of [
      ['nightly', {}],
      ['nightly', { replace: true }],
      ['in-code', { readCode: true }],
    ] as const) {
      expect(await rejection(desk.schedules.add(name, options, rules))).toMatchObject({
        code: 'TASKQ_SCHEDULE_EXISTS',
        message: `"${name}" is an entry of the code`,
        hint: 'Choose another name, or change the entry in the code.',
      })
    }
    expect((await desk.record('nightly'))?.definition).toEqual({ entry: nightly, owner: 'code' })
    await desk.schedules.add('mine', options)
    expect(await rejection(desk.schedules.add('mine', options))).toMatchObject({
      code: 'TASKQ_SCHEDULE_EXISTS',
      message: 'there is an entry named "mine"',
      hint: 'Choose another name, or replace it (replace: true, --replace).',
    })
  })

  test('replaces with the progress kept, and the cursor anew only where the times changed', async () => {
    const desk = scheduleDesk(testApp(broker, { tasks: [task()] }))
    const options = { task: 'reports.daily', args: ['a'], every: '1h' } as const
    await desk.schedules.add('mine', options)
    const lastByHand = { slotMs: 5, jobId: 'x', lane: 'default', enqueuedAtMs: 5 }
    const state = { cursorMs: 1000, runs: 4, skipped: 2, paused: true, heldSlotMs: 900, lastByHand }
    const edit = { writes: [{ name: 'mine', state }], jobs: [], isEdit: true }
    await desk.store.change([], () => edit)
    const rules = { replace: true }
    expect(await desk.schedules.add('mine', { ...options, args: ['b'] }, rules)).toMatchObject({ replaced: true })
    expect(await desk.record('mine')).toMatchObject({ definition: { entry: { args: ['b'] } }, state })
    await desk.schedules.add('mine', { ...options, every: '2h' }, rules)
    const changed = (await desk.record('mine'))?.state
    expect(changed).toEqual({ cursorMs: expect.any(Number), runs: 4, skipped: 2, paused: true, lastByHand })
    expect(changed?.cursorMs).toBeGreaterThan(Date.now() - 10_000)
  })

  test('takes the name of an entry that has left the code, and begins anew', async () => {
    const desk = scheduleDesk(testApp(broker, { tasks: [task()] }))
    const state = { cursorMs: 1, runs: 9, skipped: 0, paused: true, removedAtMs: 5 }
    await desk.store.change([], () => ({ writes: [{ name: 'old', definition: null, state }], jobs: [], isEdit: true }))
    expect(await desk.schedules.add('old', { task: 'reports.daily', every: '1h' })).toMatchObject({ replaced: false })
    expect((await desk.record('old'))?.state).toMatchObject({ runs: 0, paused: false })
  })
})

const onlyOne = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate: (value: unknown) =>
      (value as unknown[])[0] === 1 ? { value: [1] as [1] } : { issues: [{ message: 'not 1', path: [0] }] },
  },
} as const

describe('remove', () => {
  test('removes what was added, all of it', async () => {
    const desk = scheduleDesk(testApp(broker, { tasks: [task()] }))
    await desk.schedules.add('mine', { task: 'reports.daily', every: '1h' })
    await desk.schedules.remove('mine')
    expect(await desk.record('mine')).toBeUndefined()
    expect((await desk.store.readAll()).records.size).toBe(0)
    expect(await rejection(desk.schedules.remove('mine'))).toMatchObject({ code: 'TASKQ_SCHEDULE_UNKNOWN' })
  })

  test('refuses an entry of the code', async () => {
    const desk = scheduleDesk(testApp(broker))
    await storeCode(desk, [nightly], 0)
    expect(await rejection(desk.schedules.remove('nightly'))).toMatchObject({
      code: 'TASKQ_SCHEDULE_CODE_OWNED',
      message: '"nightly" is in the code: a beat would bring it back',
      hint: 'Remove it from the code (taskq.config.ts, or the decorator of its task), or pause it.',
    })
    expect((await desk.record('nightly'))?.definition).toEqual({ entry: nightly, owner: 'code' })
  })

  test('removes an entry that is damaged', async () => {
    const app = testApp(broker)
    const desk = scheduleDesk(app)
    await app.redis.sadd(app.keys.schedules, 'broken')
    await app.redis.hset(app.keys.schedule('broken'), 'definition', '{')
    await desk.schedules.remove('broken')
    expect(await app.redis.exists(app.keys.schedule('broken'))).toBe(0)
  })
})

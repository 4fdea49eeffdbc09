import { hostname } from 'node:os'
import { expect, test } from 'vitest'
import { packageVersion } from '../../src/app/version.js'
import { defineTask } from '../../src/task/define-task.js'
import { brokerOfFile, noRedis } from '../support/broker.js'
import { testApp } from '../support/test-app.js'
import { startBeat } from '../support/test-beat.js'
import { entryIn, scheduleDesk, storeCode } from './schedule-desk.js'

const broker = brokerOfFile()
const HOUR_MS = 3_600_000
const task = () => defineTask({ name: 'reports.daily' }, (_, day: string) => day)
const hourly = entryIn('hourly', { task: 'reports.daily', args: ['a'], every: '1h' })

test('an entry of the code: times, next, the latest job and its state', async () => {
  const app = testApp(broker, { tasks: [task()] })
  const desk = scheduleDesk(app, [hourly])
  const cursorMs = Math.floor(Date.now() / HOUR_MS) * HOUR_MS
  const { id } = await app.client.enqueue('reports.daily', ['a'])
  const last = { slotMs: cursorMs, jobId: id, lane: 'default', enqueuedAtMs: cursorMs }
  await storeCode(desk, [hourly], cursorMs, { runs: 3, skipped: 1, last, heldSlotMs: cursorMs })
  const listed = {
    name: 'hourly',
    owner: 'code',
    task: 'reports.daily',
    when: 'every 1 h',
    paused: false,
    next: new Date(cursorMs + HOUR_MS),
    runs: 3,
    skipped: 1,
    held: new Date(cursorMs),
  }
  const lastRun = { slot: new Date(cursorMs), jobId: id }
  const before = await desk.schedules.list()
  expect(before).toEqual({
    schedules: [{ ...listed, last: { ...lastRun, state: 'queued' } }],
    beat: undefined,
    codeProblem: undefined,
    now: expect.any(Date),
  })
  expect(Math.abs(before.now.getTime() - Date.now())).toBeLessThan(1000)
  const { worker } = await app.worker({ burst: true })
  await worker.done
  expect((await desk.schedules.list()).schedules).toEqual([{ ...listed, last: { ...lastRun, state: 'succeeded' } }])
  await (await app.client.result(id)).forget()
  expect((await desk.schedules.list()).schedules).toEqual([{ ...listed, last: { ...lastRun, state: 'unknown' } }])
})

test('the latest job is that of a slot or of a run by hand, whichever is later', async () => {
  const desk = scheduleDesk(testApp(broker), [])
  const run = (enqueuedAtMs: number, jobId: string) => ({ slotMs: enqueuedAtMs, jobId, lane: 'default', enqueuedAtMs })
  await storeCode(desk, [{ ...hourly, name: 'a' }], 0, { last: run(1, 'slot'), lastByHand: run(2, 'hand') })
  await storeCode(desk, [{ ...hourly, name: 'b' }], 0, { last: run(3, 'slot'), lastByHand: run(2, 'hand') })
  await storeCode(desk, [{ ...hourly, name: 'c' }], 0, { lastByHand: run(2, 'hand') })
  const { schedules } = await desk.schedules.list()
  expect(schedules.map(({ last }) => last)).toEqual([
    { slot: new Date(2), jobId: 'hand', state: 'unknown' },
    { slot: new Date(3), jobId: 'slot', state: 'unknown' },
    { slot: new Date(2), jobId: 'hand', state: 'unknown' },
  ])
})

test('drift: what is stored against what the code says', async () => {
  const app = testApp(broker, { tasks: [task()] })
  const entries = ['same', 'changed', 'gone', 'taken'].map((name) => ({ ...hourly, name }))
  const code = [
    { ...hourly, name: 'same' },
    { ...hourly, name: 'changed', jitterMs: 5 },
    ...['new', 'taken', 'back'].map((name) => ({ ...hourly, name })),
  ]
  const desk = scheduleDesk(app, code)
  await storeCode(desk, entries.slice(0, 3), Date.now())
  for (const name of ['mine', 'taken'])
    await desk.schedules.add(name, { task: 'reports.daily', args: ['a'], every: '1h' })
  const kept = { cursorMs: 1, runs: 7, skipped: 0, paused: true, removedAtMs: 5 }
  const write = { definition: null, state: kept }
  const writes = [
    { name: 'back', ...write },
    { name: 'forgotten', ...write },
  ]
  await desk.store.change([], () => ({ writes, jobs: [], isEdit: true }))
  const { schedules } = await desk.schedules.list()
  expect(schedules.map(({ name, owner, drift }) => [name, owner, drift])).toEqual([
    ['back', 'code', 'not applied yet'],
    ['changed', 'code', 'changed in code'],
    ['gone', 'code', 'no longer in code'],
    ['mine', 'runtime', undefined],
    ['new', 'code', 'not applied yet'],
    ['same', 'code', undefined],
    ['taken', 'runtime', 'changed in code'],
  ])
  expect(schedules.find(({ name }) => name === 'new')?.next?.getTime()).toBeGreaterThan(Date.now())
  expect(schedules.find(({ name }) => name === 'back')).toMatchObject({ paused: true, runs: 7 })
  const undrifted = await desk.schedules.list({ drift: false })
  expect(undrifted.schedules.map(({ name }) => name)).toEqual(['changed', 'gone', 'mine', 'same', 'taken'])
  expect(undrifted.schedules.filter(({ drift }) => drift !== undefined)).toEqual([])
})

test('no next slot for what is paused, spent or over', async () => {
  const desk = scheduleDesk(testApp(broker), [])
  await storeCode(desk, [{ ...hourly, name: 'paused' }], 0, { paused: true })
  await storeCode(desk, [{ ...hourly, name: 'spent', limit: 2 }], 0, { runs: 2 })
  await storeCode(desk, [{ ...hourly, name: 'over', endAtMs: 1000 }], 2000)
  await storeCode(desk, [{ ...hourly, name: 'overdue' }], 0)
  const { schedules } = await desk.schedules.list()
  expect(schedules.map(({ name, next }) => [name, next?.getTime()])).toEqual([
    ['over', undefined],
    ['overdue', HOUR_MS],
    ['paused', undefined],
    ['spent', undefined],
  ])
})

test('which beat leads', async () => {
  const app = testApp(broker, { tasks: [task()] })
  const desk = scheduleDesk(app)
  const { events } = await startBeat(app, [])
  await events.waitFor('beat.leading')
  expect((await desk.schedules.list()).beat).toEqual({
    host: hostname(),
    pid: process.pid,
    version: packageVersion(),
    since: expect.any(Date),
  })
})

test('what is stored and damaged is told, and hides nothing else', async () => {
  const app = testApp(broker)
  const desk = scheduleDesk(app, [])
  const store = async (name: string, definition: unknown, state: unknown = { cursorMs: 1 }) => {
    await app.redis.sadd(app.keys.schedules, name)
    const texts = [definition, state].map((value) => (typeof value === 'string' ? value : JSON.stringify(value)))
    await app.redis.hset(app.keys.schedule(name), 'definition', texts[0] ?? '', 'state', texts[1] ?? '')
  }
  const record = (name: string, over: object = {}) => ({ v: 1, owner: 'code', entry: { ...hourly, name, ...over } })
  await storeCode(desk, [hourly], 0)
  await store('a', '{')
  await store('b', { v: 99 })
  await store('c', record('c', { schedule: { kind: 'crontab', pattern: '@daily', tz: 'Nowhere', days: 'either' } }))
  await store('d', record('d', { schedule: { kind: 'lunar' } }))
  await store('e', record('e'), '{"cursorMs":1e300,"paused":"no","runs":"x","last":{"jobId":7},"heldSlotMs":1e300}')
  await store('f', record('f'), 'nonsense')
  const { schedules } = await desk.schedules.list()
  expect(schedules.map(({ name, problem }) => [name, problem])).toEqual([
    ['a', 'its stored form is damaged'],
    ['b', 'its layout, version 99, is of a later taskq'],
    ['c', expect.any(String)],
    ['d', 'its stored form is damaged'],
    ['e', 'how far it had come is damaged'],
    ['f', undefined],
    ['hourly', undefined],
  ])
  expect(schedules[4]).toMatchObject({ name: 'e', paused: false, runs: 0 })
})

test('code that cannot be read hides nothing that is stored', async () => {
  const desk = scheduleDesk(testApp(broker), () => {
    throw new Error('two problems')
  })
  await storeCode(desk, [hourly], 0)
  const { schedules, codeProblem } = await desk.schedules.list()
  expect(codeProblem).toBe('two problems')
  expect(schedules).toMatchObject([{ name: 'hourly' }])
  expect(schedules[0]).not.toHaveProperty('drift')
})

test('1,000 entries are listed in a second', { retry: 2 }, async ({ skip }) => {
  skip(noRedis !== undefined, noRedis)
  const app = testApp(broker, { tasks: [task()] })
  const entries = Array.from({ length: 1000 }, (_, n) => entryIn(`e${n}`, { task: 'reports.daily', cron: '0 3 * * *' }))
  const desk = scheduleDesk(app, entries)
  const { id } = await app.client.enqueue('reports.daily', ['a'])
  await storeCode(desk, entries, Date.now(), { last: { slotMs: 1, jobId: id, lane: 'default', enqueuedAtMs: 1 } })
  const startedAt = performance.now()
  const { schedules } = await desk.schedules.list()
  const took = performance.now() - startedAt
  expect(schedules).toHaveLength(1000)
  expect(took).toBeLessThan(1000)
})

import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test, vi } from 'vitest'
import type { Overview } from '../../src/control/dashboard.js'
import { Monitor } from '../../src/control/overview.js'
import { readRates } from '../../src/control/queue-rows.js'
import { readTaskRows } from '../../src/control/task-rows.js'
import type { Minutes } from '../../src/engine/stats/stats-reader.js'
import { countDuration, noCounts, type TaskCounts } from '../../src/stats/task-counts.js'
import { defineTask } from '../../src/task/define-task.js'
import { brokerOfFile } from '../support/broker.js'
import { workerFacts as facts, fakeHeartbeat } from '../support/fake-worker.js'
import { type TestApp, testApp } from '../support/test-app.js'

const broker = brokerOfFile()

const monitorOf = (app: TestApp) => new Monitor(app.engine, app.broker.label)
const queueOf = ({ queues }: Overview, name: string) => queues.find(({ queue }) => queue === name)
const taskOf = ({ tasks }: Overview, name: string) => tasks.find(({ task }) => task === name)

describe('an app that just began', () => {
  test('is all nothing, and tells its broker', async () => {
    const overview = await monitorOf(testApp(broker)).look()
    expect(overview).toMatchObject({
      broker: { version: expect.stringMatching(/^\d+\./), label: expect.stringContaining(String(broker.port)) },
      rates: { in: undefined, out: 0, failed: 0, retried: 0 },
      queues: [],
      tasks: [],
      workers: [],
    })
    expect(overview.beat).toBeUndefined()
    expect(overview.broker.pingMs).toBeGreaterThan(0)
    expect(Math.abs(overview.at - Date.now())).toBeLessThan(5000)
  })

  test('asks the broker what it is but once', async () => {
    const app = testApp(broker)
    const info = vi.spyOn(app.engine, 'brokerInfo')
    const monitor = monitorOf(app)
    const first = await monitor.look()
    const second = await monitor.look()
    expect(second.broker).toMatchObject({ server: first.broker.server, version: first.broker.version })
    expect(info).toHaveBeenCalledTimes(1)
  })

  test('asks again where it could not be told', async () => {
    const app = testApp(broker)
    const info = vi.spyOn(app.engine, 'brokerInfo').mockRejectedValueOnce(new Error('away'))
    const monitor = monitorOf(app)
    await expect(monitor.look()).rejects.toThrow('away')
    expect((await monitor.look()).broker.version).not.toBe('')
    expect(info).toHaveBeenCalledTimes(2)
  })
})

describe('queues', () => {
  test('tell what waits, since when, and that nobody serves them', async () => {
    const app = testApp(broker)
    const { at: before } = await monitorOf(app).look()
    await app.client.enqueue('send', ['a'], { queue: 'emails' })
    await sleep(20)
    await app.client.enqueue('send', ['b'], { queue: 'emails' })
    await app.client.enqueue('send', ['c'], { queue: 'emails', countdown: '1h' })
    const overview = await monitorOf(app).look()
    const row = queueOf(overview, 'emails')
    expect(row).toMatchObject({ queued: 2, scheduled: 1, active: 0, served: false, paused: false, outPerSecond: 0 })
    expect(row?.oldestQueuedAt).toBeGreaterThanOrEqual(before - 50)
    expect(row?.oldestQueuedAt).toBeLessThanOrEqual(overview.at - 15)
    expect(row?.ended).toEqual(Array(24).fill(0))
  })

  test('that a worker serves are there before their first job', async () => {
    const app = testApp(broker)
    await fakeHeartbeat(app, '1', { queues: ['reports', 'emails'] })
    await app.client.enqueue('send', [], { queue: 'emails' })
    await app.client.enqueue('send', [], { queue: 'orphans' })
    const { queues } = await monitorOf(app).look()
    expect(queues.map(({ queue, queued, served }) => ({ queue, queued, served }))).toEqual([
      { queue: 'emails', queued: 1, served: true },
      { queue: 'orphans', queued: 1, served: false },
      { queue: 'reports', queued: 0, served: true },
    ])
  })

  test('are served by a worker that has been silent for a while, until it is taken for gone', async () => {
    const app = testApp(broker)
    await fakeHeartbeat(app, 'busy')
    await app.client.enqueue('send', [])
    await app.redis.pexpire(app.keys.worker('busy'), 1000)
    const silent = await monitorOf(app).look()
    expect(silent.at - (silent.workers[0]?.heardAt ?? 0)).toBeGreaterThan(58_000)
    expect(silent.queues).toMatchObject([{ queue: 'default', queued: 1, served: true }])
    await expect.poll(async () => (await monitorOf(app).look()).workers, { timeout: 5000 }).toEqual([])
    expect((await monitorOf(app).look()).queues).toMatchObject([{ queue: 'default', served: false }])
  })
})

test('a broken record of a worker hides nobody', async () => {
  const app = testApp(broker)
  await fakeHeartbeat(app, 'whole', { slots: [{ id: 'j', task: 't', queue: 'q', attempt: 1, startedAt: 1 }] })
  const broken = ['', '{', '[]', '7', '{"name":"x"}', JSON.stringify({ ...facts('x'), queues: 'all' })]
  for (const [index, text] of broken.entries()) {
    await app.redis.set(app.keys.worker(`broken-${index}`), text)
    await app.redis.zadd(app.keys.workers, Date.now(), `broken-${index}`)
  }
  const damaged = { ...facts('damaged'), slots: [{}, 7], autoscale: 'yes', process: { cpu: 'all' }, beatAt: 'now' }
  await app.redis.set(app.keys.worker('damaged'), JSON.stringify(damaged))
  await app.redis.zadd(app.keys.workers, Date.now(), 'damaged')
  const { workers } = await monitorOf(app).look()
  expect(workers.map(({ id }) => id)).toEqual(['damaged', 'whole'])
  expect(workers[0]).toEqual({ ...facts('damaged'), slots: [] })
  expect(workers[1]?.slots).toHaveLength(1)
})

describe('a worker that works', () => {
  test('is told by rates, curves, and what its tasks took', { timeout: 40_000 }, async () => {
    const naps = defineTask({ name: 'naps', queue: 'naps' }, () => sleep(40))
    const fails = defineTask({ name: 'fails', queue: 'naps' }, () => Promise.reject(new Error('no')))
    const app = testApp(broker, { tasks: [naps, fails] })
    const monitor = monitorOf(app)
    expect((await monitor.look()).rates.in).toBeUndefined()
    const { events } = await app.worker({ queues: ['naps'] })
    await Promise.all(Array.from({ length: 15 }, () => app.client.enqueue('naps', [])))
    await Promise.all(Array.from({ length: 5 }, () => app.client.enqueue('fails', [])))
    await events.count('job.succeeded', 15)
    await events.count('job.dead-lettered', 5)
    // Twenty in ten seconds; they are told when the stretch that they ended in is over.
    await expect.poll(async () => (await monitor.look()).rates.out, { timeout: 20_000, interval: 250 }).toBe(2)
    const overview = await monitor.look()
    expect(overview.rates).toMatchObject({ failed: 0.5, retried: 0 })
    await expect.poll(async () => (await monitor.look()).rates.in, { timeout: 10_000 }).toBeTypeOf('number')
    const { rates } = await monitor.look()
    expect(rates.in).toBeGreaterThan(0)
    expect(rates.in).toBeLessThanOrEqual(4)
    const queue = queueOf(overview, 'naps')
    expect(queue).toMatchObject({ served: true, outPerSecond: 2, queued: 0, active: 0, succeeded: 15, dead: 5 })
    expect(queue?.ended.reduce((sum, count) => sum + count, 0)).toBe(20)
    expect(taskOf(overview, 'naps')).toMatchObject({ queue: 'naps', workers: 1, succeeded: 15, failed: 0 })
    expect(taskOf(overview, 'fails')).toMatchObject({ succeeded: 0, failed: 5, failurePercent: 100 })
    const { p50 = 0, p99 = 0 } = taskOf(overview, 'naps')?.runMs ?? {}
    expect(p50).toBeGreaterThan(32)
    expect(p50).toBeLessThan(400)
    expect(p99).toBeGreaterThanOrEqual(p50)
    expect(taskOf(overview, 'fails')?.runMs?.p50).toBeLessThan(p50)
    expect(taskOf(overview, 'naps')?.waitMs?.p50).toBeGreaterThanOrEqual(0)
  })
})

type Counts = ReadonlyMap<string, TaskCounts>

/** What was counted in the time that rows tell of, and in the one that tells the rate. */
const minutesOf = ({
  at = 0,
  counts = new Map(),
  recent = new Map(),
}: Partial<Record<'counts' | 'recent', Counts> & { at: number }>): Minutes => ({
  at,
  sumOf: (last) => (last > 2 ? counts : recent),
})

describe('rows of tasks', () => {
  const known = new Map([['send', { queue: 'emails', limited: false, ignoreResult: false }]])

  test('are of those that are known, and of those that ran', () => {
    const counts = new Map([['gone', { ...noCounts(), succeeded: 1 }]])
    const workers = [facts('1'), facts('2', { tasks: ['send', 'other'] })]
    const rows = readTaskRows({ known, workers, minutes: minutesOf({ counts }) })
    expect(rows.map(({ task, queue, workers, succeeded }) => ({ task, queue, workers, succeeded }))).toEqual([
      { task: 'gone', queue: undefined, workers: 0, succeeded: 1 },
      { task: 'other', queue: undefined, workers: 1, succeeded: 0 },
      { task: 'send', queue: 'emails', workers: 2, succeeded: 0 },
    ])
  })

  test('tell nothing of what never ran', () => {
    const [row] = readTaskRows({ known, workers: [], minutes: minutesOf({}) })
    expect(row).toMatchObject({ perMinute: 0, failurePercent: undefined, runMs: undefined, waitMs: undefined })
  })

  test('tell the share that failed, and how many ended a minute', () => {
    const counts = { ...noCounts(), succeeded: 50, failed: 25, revoked: 25, retried: 9 }
    for (let ms = 1; ms <= 100; ms++) countDuration(counts.run, ms)
    const recent = new Map([['send', { ...noCounts(), succeeded: 20, failed: 5, revoked: 5, retried: 9 }]])
    // Half of the running minute has passed: the rate is of a minute and a half.
    const at = 1_800_000_030_000
    const [row] = readTaskRows({
      known,
      workers: [],
      minutes: minutesOf({ at, counts: new Map([['send', counts]]), recent }),
    })
    expect(row).toMatchObject({ failurePercent: 25, retried: 9 })
    expect(row?.perMinute).toBeCloseTo(30 / 1.5)
    expect(row?.runMs?.p50).toBeGreaterThan(40)
    expect(row?.runMs?.p50).toBeLessThan(60)
    expect(row?.runMs?.p99).toBeLessThanOrEqual(128)
  })
})

test('rates are of the last ten seconds that are over', () => {
  const pulse = (ended: number, failed: number, retried: number) => ({
    at: 0,
    queues: new Map([
      ['a', { ended, failed, retried }],
      ['b', { ended, failed, retried }],
    ]),
  })
  expect(readRates([pulse(1000, 1000, 1000), pulse(5, 1, 0), pulse(15, 0, 5)])).toEqual({
    out: 4,
    failed: 0.2,
    retried: 1,
  })
  expect(readRates([])).toEqual({ out: 0, failed: 0, retried: 0 })
})

import { describe, expect, test } from 'vitest'
import { defineTask } from '../../src/task/define-task.js'
import { brokerOfFile } from '../support/broker.js'
import { proxyTo } from '../support/proxy.js'
import { rejection } from '../support/refusal.js'
import { testApp } from '../support/test-app.js'
import { observedWorker, scrape, serveMetrics } from './scrape.js'

const broker = brokerOfFile()

const health = async (url: string, kind: 'live' | 'ready') => {
  const response = await fetch(`${url}/health/${kind}`)
  expect(response.headers.get('content-type')).toBe('application/json')
  return [response.status, await response.json()]
}

describe('the metrics of a worker', () => {
  test('count what was run, by task, queue and outcome', async () => {
    const good = defineTask({ name: 'good', queue: 'mails' }, () => 1)
    const bad = defineTask({ name: 'bad', retries: 1, backoff: { type: 'fixed', delay: 1 } }, () => {
      throw new Error('no')
    })
    const app = testApp(broker, { tasks: [good, bad] })
    const { worker, server, events } = await observedWorker(app, ['good', 'bad'], { options: { concurrency: 7 } })
    await worker.start()
    for (let index = 0; index < 5; index++) await good.delay()
    await bad.delay()
    await events.count('job.succeeded', 5)
    await events.waitFor('job.dead-lettered')
    const told = await scrape(server.url)
    const jobs = (task: string, queue: string, outcome: string) =>
      told.value('taskq_jobs_total', { task, queue, outcome })
    expect(jobs('good', 'mails', 'succeeded')).toBe(5)
    expect(jobs('good', 'mails', 'failed')).toBe(0)
    expect(jobs('bad', 'default', 'retried')).toBe(1)
    expect(jobs('bad', 'default', 'failed')).toBe(1)
    expect(told.value('taskq_job_run_seconds_count', { task: 'good', queue: 'mails' })).toBe(5)
    expect(told.value('taskq_job_run_seconds_count', { task: 'bad', queue: 'default' })).toBe(2)
    expect(told.value('taskq_job_wait_seconds_count', { task: 'good', queue: 'mails' })).toBe(5)
    expect(told.value('taskq_job_wait_seconds_count', { task: 'bad', queue: 'default' })).toBe(1)
    expect(told.value('taskq_worker_slots', { state: 'total' })).toBe(7)
    expect(told.value('taskq_worker_slots', { state: 'busy' })).toBe(0)
    expect(told.value('taskq_build_info', { version: '0.0.0-test', node: process.version })).toBe(1)
    expect(told.value('taskq_event_loop_lag_seconds')).toBeLessThan(5)
    expect(told.value('process_resident_memory_bytes')).toBeGreaterThan(1e6)
  })

  test('tell what the broker holds, of the whole app', async () => {
    const app = testApp(broker)
    const server = await serveMetrics(app)
    const empty = await scrape(server.url)
    expect(empty.value('taskq_workers')).toBe(0)
    expect(empty.value('taskq_beat_leading')).toBe(0)
    expect(empty.value('taskq_broker_up')).toBe(1)
    expect(empty.value('taskq_broker_ping_seconds')).toBeLessThan(1)
    const add = (id: string, delayMs: number) =>
      app.engine.producer.add({ id, lane: 'mails', task: 'send', data: '{"v":1,"args":[]}', delayMs })
    await Promise.all([add('a', 0), add('b', 0), add('c', 3_600_000)])
    const other = await serveMetrics(app)
    const full = await scrape(other.url)
    const jobs = (state: string) => full.value('taskq_queue_jobs', { queue: 'mails', state })
    expect(['queued', 'scheduled', 'active', 'retrying', 'dead'].map(jobs)).toEqual([2, 1, 0, 0, 0])
    expect(full.value('taskq_queue_oldest_age_seconds', { queue: 'mails' })).toBeGreaterThanOrEqual(0)
    expect(full.value('taskq_queue_oldest_age_seconds', { queue: 'mails' })).toBeLessThan(30)
    expect(full.value('taskq_queue_paused', { queue: 'mails' })).toBe(0)
  })

  test('do not ask the broker more than once a second, however often they are asked', async () => {
    const app = testApp(broker)
    let looks = 0
    const server = await serveMetrics(app, {
      engine: async () => {
        looks++
        return app.engine
      },
    })
    await Promise.all(Array.from({ length: 20 }, () => scrape(server.url)))
    // One look asks four things.
    expect(looks).toBe(4)
  })

  test('count rate limits, revokes and what is given back; unknown tasks share one series', async () => {
    const server = await serveMetrics(testApp(broker), { tasks: ['send'] })
    const job = { id: '1', task: 'send', queue: 'mails', attempt: 1 }
    server.onEvent({ name: 'limit.reached', task: 'send', queue: 'mails', forMs: 100 })
    server.onEvent({ name: 'job.revoked', reason: 'x', ...job })
    server.onEvent({ name: 'job.snoozed', runMs: 1, reason: 'x', delayMs: 1, ...job })
    server.onEvent({ name: 'job.ignored', runMs: 1, ...job })
    server.onEvent({ name: 'job.given-back', ...job })
    server.onEvent({ name: 'job.started', ...job, waitMs: 20_000 })
    server.onEvent({ name: 'job.succeeded', ...job, runMs: Number.NaN })
    for (let index = 0; index < 100; index++) {
      server.onEvent({ name: 'job.revoked', reason: 'x', ...job, task: `evil${index}"\n# \\` })
    }
    const told = await scrape(server.url)
    expect(told.value('taskq_rate_limit_waits_total', { task: 'send', queue: 'mails' })).toBe(1)
    const jobs = (task: string, outcome: string) => told.value('taskq_jobs_total', { task, queue: 'mails', outcome })
    const outcomes = ['revoked', 'given_back', 'snoozed', 'ignored', 'succeeded']
    expect(outcomes.map((outcome) => jobs('send', outcome))).toEqual([1, 1, 1, 1, 1])
    expect(jobs('other', 'revoked')).toBe(100)
    const waits = (le: string) => told.value('taskq_job_wait_seconds_bucket', { le, task: 'send', queue: 'mails' })
    expect([waits('10'), waits('30'), waits('+Inf')]).toEqual([0, 1, 1])
    expect(told.text).not.toContain('evil')
  })

  test('escape hostile names, and give a thousand queues a series, not more', async () => {
    const app = testApp(broker)
    const queue = (name: string) => ({
      queue: name,
      queued: 1,
      blocked: 0,
      scheduled: 0,
      retrying: 0,
      active: 0,
      succeeded: 0,
      dead: 0,
      oldestQueuedAt: 1,
      paused: false,
      limits: [],
    })
    const hostile = ['a"} 1\nfake_metric 1', '\u001b[31mred', '\ud800', 'b\\']
    const queues = [...hostile, ...Array.from({ length: 2000 }, (_, index) => `q${index}`)].map(queue)
    const engine = {
      ping: () => app.engine.ping(),
      workers: () => app.engine.workers(),
      leadingBeat: () => app.engine.leadingBeat(),
      queueOverviews: async () => ({ at: 1001, queues }),
    }
    const server = await serveMetrics(app, { engine: async () => engine })
    const told = await scrape(server.url)
    expect(told.text).not.toMatch(/^fake_metric/m)
    expect(told.text).not.toContain('\u001b')
    expect(told.value('taskq_queue_jobs', { queue: 'a\\"} 1⏎fake_metric 1', state: 'queued' })).toBe(1)
    expect(told.value('taskq_queue_jobs', { queue: 'b\\\\', state: 'queued' })).toBe(1)
    expect(told.value('taskq_queue_jobs', { queue: 'other', state: 'queued' })).toBe(1004)
    expect(told.value('taskq_queue_oldest_age_seconds', { queue: 'other' })).toBe(1)
    expect([...told.series.keys()].filter((name) => name.startsWith('taskq_queue_paused'))).toHaveLength(1001)
  })
})

describe('a broker that is away', () => {
  test('is told of in time: with what this process knows, and nothing about queues', async () => {
    const proxy = await proxyTo(broker)
    const app = testApp(proxy)
    const server = await serveMetrics(app)
    expect((await scrape(server.url)).value('taskq_broker_up')).toBe(1)
    proxy.mode = 'blackhole'
    server.onEvent({ name: 'job.started', id: '1', task: 't', queue: 'q', attempt: 1, waitMs: 1 })
    await expect.poll(async () => (await scrape(server.url)).value('taskq_broker_up'), { timeout: 10_000 }).toBe(0)
    const startedAt = performance.now()
    const told = await scrape(server.url)
    expect(performance.now() - startedAt).toBeLessThan(4500)
    expect(told.value('taskq_workers')).toBeUndefined()
    expect(told.value('taskq_broker_ping_seconds')).toBeUndefined()
    expect(told.value('taskq_job_wait_seconds_count', { task: 'other', queue: 'q' })).toBe(1)
    proxy.mode = 'pass'
    proxy.cut()
    await expect.poll(async () => (await scrape(server.url)).value('taskq_broker_up'), { timeout: 15_000 }).toBe(1)
  })

  test('that refuses connections is told of in time', async () => {
    const proxy = await proxyTo(broker)
    proxy.mode = 'refuse'
    const server = await serveMetrics(testApp(proxy))
    const startedAt = performance.now()
    expect((await scrape(server.url)).value('taskq_broker_up')).toBe(0)
    expect(performance.now() - startedAt).toBeLessThan(3500)
  })
})

describe('health', () => {
  test('follows the life of a worker', async () => {
    const gate = Promise.withResolvers<void>()
    const slow = defineTask({ name: 'slow' }, () => gate.promise)
    const app = testApp(broker, { tasks: [slow] })
    const { worker, server, events } = await observedWorker(app, ['slow'])
    expect(await health(server.url, 'live')).toEqual([200, { status: 'ok' }])
    expect(await health(server.url, 'ready')).toEqual([503, { status: 'not ready', reason: 'the worker starts' }])
    await worker.start()
    expect(await health(server.url, 'ready')).toEqual([200, { status: 'ok' }])
    await slow.delay()
    await events.waitFor('job.started')
    expect((await scrape(server.url)).value('taskq_worker_slots', { state: 'busy' })).toBe(1)
    const stopped = worker.stop()
    expect(await health(server.url, 'ready')).toEqual([503, { status: 'not ready', reason: 'the worker shuts down' }])
    expect(await health(server.url, 'live')).toEqual([200, { status: 'ok' }])
    gate.resolve()
    await stopped
    expect(await health(server.url, 'live')).toEqual([503, { status: 'stopped', reason: 'the worker has stopped' }])
    expect(
      (await scrape(server.url)).value('taskq_jobs_total', { task: 'slow', queue: 'default', outcome: 'succeeded' }),
    ).toBe(1)
  })
})

describe('where it listens', () => {
  test('is this machine alone, on a free port, until it is closed', async () => {
    const server = await serveMetrics(testApp(broker))
    expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    const idle = await fetch(`${server.url}/health/live`)
    await idle.text()
    await server.close()
    expect(await rejection(fetch(`${server.url}/health/live`))).toMatchObject({ message: 'fetch failed' })
  })

  test('is refused clearly where another process listens', async () => {
    const app = testApp(broker)
    const { url } = await serveMetrics(app)
    const port = Number(new URL(url).port)
    expect(await rejection(serveMetrics(app, { port }))).toMatchObject({
      code: 'TASKQ_METRICS_LISTEN',
      message: `metrics cannot be served on 127.0.0.1 port ${port}: another process listens there`,
      hint: expect.stringContaining('--metrics-port'),
    })
  })

  test('is refused clearly where the machine does not have the address', async () => {
    expect(await rejection(serveMetrics(testApp(broker), { host: '192.0.2.1' }))).toMatchObject({
      code: 'TASKQ_METRICS_LISTEN',
      message: 'metrics cannot be served on 192.0.2.1 port 0: this machine does not have the address',
    })
  })
})

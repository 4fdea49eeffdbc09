import { describe, expect, test, vi } from 'vitest'
import type { StatsBatch } from '../../src/engine/stats/stats-batch.js'
import type { WorkerEvent } from '../../src/events/worker-event.js'
import { BUCKET_COUNT, bucketOf } from '../../src/stats/histogram.js'
import { addCounts, noCounts, type TaskCounts } from '../../src/stats/task-counts.js'
import { defineTask } from '../../src/task/define-task.js'
import { StatsCollector } from '../../src/worker/stats-collector.js'
import { brokerOfFile, noRedis } from '../support/broker.js'
import { proxyTo } from '../support/proxy.js'
import { type TestApp, testApp } from '../support/test-app.js'

const broker = brokerOfFile()
const job = (id = 'j', task = 'send', queue = 'emails') => ({ id, task, queue, attempt: 1 })
const failure = { name: 'Error', message: 'no' }
const sum = (buckets: readonly number[] | undefined) => (buckets ?? []).reduce((all, count) => all + count, 0)

function collectorOn(record: (batch: StatsBatch) => Promise<void>, tasks: readonly string[] = ['send']) {
  const errors: Error[] = []
  return { errors, collector: new StatsCollector(tasks, record, (error) => errors.push(error)) }
}

describe('what a worker counts', () => {
  const oneOfEach: WorkerEvent[] = [
    { name: 'job.started', waitMs: 100, ...job() },
    { name: 'job.started', ...job() },
    { name: 'job.succeeded', runMs: 3, ...job() },
    { name: 'job.retried', runMs: 5, delayMs: 1, failure, ...job() },
    { name: 'job.dead-lettered', runMs: 9, failure, ...job() },
    { name: 'job.revoked', reason: 'r', runMs: 17, ...job() },
    { name: 'job.revoked', reason: 'r', ...job() },
    { name: 'job.expired', expiredAt: 1, ...job() },
    { name: 'job.snoozed', runMs: 33, reason: 'r', delayMs: 1, ...job() },
    { name: 'job.given-back', ...job() },
    { name: 'job.postponed', reason: 'r', delayMs: 1, ...job() },
    { name: 'job.result-lost', reason: 'r', ...job() },
    { name: 'broker.trouble', message: 'm' },
  ]

  test('is how runs ended, and how long they waited and took', async () => {
    const batches: StatsBatch[] = []
    const { collector } = collectorOn(async (batch) => void batches.push(batch))
    for (const event of oneOfEach) collector.onEvent(event)
    await collector.flush()
    const counts = batches[0]?.tasks.get('send')
    expect(counts).toMatchObject({ succeeded: 1, retried: 1, failed: 1, revoked: 2, expired: 1 })
    expect(sum(counts?.wait)).toBe(1)
    expect(counts?.wait[bucketOf(100)]).toBe(1)
    expect([3, 5, 9, 17].map((ms) => counts?.run[bucketOf(ms)])).toEqual([1, 1, 1, 1])
    expect(sum(counts?.run)).toBe(4)
    expect(counts?.run).toHaveLength(BUCKET_COUNT)
    expect([...(batches[0]?.queues ?? [])]).toEqual([['emails', { ended: 5, failed: 1, retried: 1 }]])
    await collector.flush()
    expect(batches, 'nothing new, nothing told').toHaveLength(1)
  })

  test('that the broker refuses is told with the next, once', async () => {
    const batches: StatsBatch[] = []
    let refuse = true
    const { collector, errors } = collectorOn(async (batch) => {
      if (refuse) throw new Error('OOM')
      batches.push(batch)
    })
    collector.onEvent({ name: 'job.succeeded', runMs: 3, ...job() })
    await collector.flush()
    collector.onEvent({ name: 'job.dead-lettered', runMs: 3, failure, ...job() })
    await collector.flush()
    refuse = false
    await collector.flush()
    expect(errors).toHaveLength(2)
    expect(batches).toHaveLength(1)
    expect(batches[0]?.tasks.get('send')).toMatchObject({ succeeded: 1, failed: 1 })
    expect(sum(batches[0]?.tasks.get('send')?.run)).toBe(2)
    expect(batches[0]?.queues.get('emails')).toEqual({ ended: 2, failed: 1, retried: 0 })
  })

  test('waits while a batch is on its way', async () => {
    const gate = Promise.withResolvers<void>()
    const batches: StatsBatch[] = []
    const { collector } = collectorOn(async (batch) => {
      batches.push(batch)
      await gate.promise
    })
    const count = () => collector.onEvent({ name: 'job.succeeded', runMs: 3, ...job() })
    count()
    void collector.flush()
    for (let n = 0; n < 5; n++) {
      count()
      void collector.flush()
    }
    expect(batches).toHaveLength(1)
    gate.resolve()
    await collector.close()
    expect(batches.map(({ tasks }) => tasks.get('send')?.succeeded)).toEqual([1, 5])
  })

  test('does not hold up the end where the broker is away', async () => {
    const { collector } = collectorOn(() => new Promise(() => {}))
    collector.onEvent({ name: 'job.succeeded', runMs: 3, ...job() })
    const closedAt = performance.now()
    await collector.close()
    expect(performance.now() - closedAt).toBeLessThan(2500)
  })

  test('is of the tasks it has, whatever names jobs have; a queue counts all its jobs', async () => {
    const batches: StatsBatch[] = []
    const { collector } = collectorOn(async (batch) => void batches.push(batch))
    for (let n = 0; n < 50; n++) {
      collector.onEvent({ name: 'job.started', waitMs: 1, ...job('j', `junk${n}`) })
      collector.onEvent({ name: 'job.dead-lettered', runMs: 1, failure, ...job('j', `junk${n}`) })
    }
    await collector.flush()
    expect([...(batches[0]?.tasks ?? [])]).toEqual([])
    expect([...(batches[0]?.queues ?? [])]).toEqual([['emails', { ended: 50, failed: 50, retried: 0 }]])
  })

  test('goes in parts, of which none counts twice where the broker refuses another', async () => {
    const tasks = Array.from({ length: 1200 }, (_, n) => `t${n}`)
    const batches: StatsBatch[] = []
    let takes = 1
    const record = async (batch: StatsBatch) => {
      if (takes-- <= 0) throw new Error('OOM')
      batches.push(batch)
    }
    const { collector, errors } = collectorOn(record, tasks)
    for (const task of tasks) collector.onEvent({ name: 'job.succeeded', runMs: 1, ...job('j', task) })
    await collector.flush()
    expect([batches.length, errors.length]).toEqual([1, 1])
    takes = 10
    await collector.flush()
    const told = batches.flatMap((batch) => [...batch.tasks])
    expect(told.every(([, { succeeded }]) => succeeded === 1)).toBe(true)
    expect(told.map(([task]) => task).sort()).toEqual([...tasks].sort())
    expect(batches.reduce((all, { queues }) => all + (queues.get('emails')?.ended ?? 0), 0)).toBe(1200)
    expect(Math.max(...batches.map((batch) => batch.tasks.size))).toBeLessThanOrEqual(500)
  })

  test('is kept where whoever hears of a refusal throws', async () => {
    const batches: StatsBatch[] = []
    let refuse = true
    const record = async (batch: StatsBatch) => {
      if (refuse) throw new Error('OOM')
      batches.push(batch)
    }
    const listener = () => {
      throw new Error('a bug of the listener')
    }
    const collector = new StatsCollector(['send'], record, listener)
    collector.onEvent({ name: 'job.succeeded', runMs: 3, ...job() })
    await collector.flush()
    refuse = false
    await collector.flush()
    expect(batches.map(({ tasks }) => tasks.get('send')?.succeeded)).toEqual([1])
  })
})

/** What the broker holds of the last minutes. */
async function stored(app: TestApp, task: string): Promise<TaskCounts> {
  const counts = noCounts()
  const found = (await app.engine.stats.minutes(5)).get(task)
  if (found !== undefined) addCounts(counts, found)
  return counts
}

describe('the stored sums', () => {
  test('are what was run', async () => {
    const work = defineTask({ name: 'work', retries: 1, backoff: { delay: 1 } }, ({ request }, how: string) => {
      if (how === 'fail' || (how === 'once' && request.attempt === 1)) throw new Error(how)
    })
    const app = testApp(broker, { tasks: [work] })
    const hows = [...Array(20).fill('fine'), ...Array(5).fill('once'), ...Array(3).fill('fail')] as string[]
    await Promise.all(hows.map((how) => work.delay(how)))
    const { worker } = await app.worker({ burst: false })
    await vi.waitFor(() => expect(worker.counts.succeeded).toBe(25), 10_000)
    await vi.waitFor(() => expect(worker.counts.failed).toBe(11), 10_000)
    await worker.stop()
    const counts = await stored(app, 'work')
    expect(counts).toMatchObject({ succeeded: 25, failed: 3, retried: 8, revoked: 0 })
    expect(sum(counts.run)).toBe(36)
    expect(sum(counts.wait), 'first runs').toBe(28)
    const pulses = await app.engine.stats.pulses(12)
    const ended = pulses.reduce((all, { queues }) => all + (queues.get('default')?.ended ?? 0), 0)
    expect(ended).toBe(28)
  })

  test('count a wait from when the job could run', async () => {
    const work = defineTask({ name: 'later' }, () => {})
    const app = testApp(broker, { tasks: [work] })
    await work.applyAsync([], { countdown: 700 })
    const { events, worker } = await app.worker()
    const { waitMs } = await events.waitFor('job.started')
    expect(waitMs).toBeGreaterThanOrEqual(0)
    expect(waitMs).toBeLessThan(500)
    await worker.stop()
    expect(sum((await stored(app, 'later')).wait)).toBe(1)
  })

  test('lose nothing in an outage of the broker', async () => {
    const gates: (() => void)[] = []
    const work = defineTask({ name: 'work' }, () => new Promise<void>((resolve) => gates.push(resolve)))
    const proxy = await proxyTo(broker)
    const app = testApp(proxy, { tasks: [work] })
    const near = testApp(broker, { config: { prefix: app.config.prefix } })
    await Promise.all(Array.from({ length: 10 }, () => work.delay()))
    const { worker, events } = await app.worker()
    await events.count('job.started', 10)
    proxy.mode = 'refuse'
    proxy.cut()
    for (const open of gates.splice(0)) open()
    await events.waitFor('broker.trouble')
    proxy.mode = 'pass'
    await events.count('job.succeeded', 10, 20_000)
    await vi.waitFor(async () => expect(await stored(near, 'work')).toMatchObject({ succeeded: 10 }), 10_000)
    await worker.stop()
    expect(await stored(near, 'work')).toMatchObject({ succeeded: 10 })
  }, 40_000)

  test('cost no command per job', async ({ skip }) => {
    skip(noRedis !== undefined, noRedis)
    const work = defineTask({ name: 'work' }, () => {})
    const app = testApp(broker, { tasks: [work] })
    await Promise.all(Array.from({ length: 2000 }, () => work.delay()))
    await app.redis.config('RESETSTAT')
    const { worker } = await app.worker({ burst: true })
    await worker.done
    const info = (await app.redis.info('commandstats')) as string
    const calls = (command: string) => Number(new RegExp(`cmdstat_${command}:calls=(\\d+)`).exec(info)?.[1] ?? 0)
    expect(worker.counts.succeeded).toBe(2000)
    expect(calls('evalsha'), 'each job ends, and the next one begins, in one script').toBeLessThan(2000 + 200)
    expect(calls('publish'), 'online and offline').toBe(2)
    expect(await stored(app, 'work')).toMatchObject({ succeeded: 2000 })
  })
})

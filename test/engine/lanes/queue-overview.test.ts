import { describe, expect, test } from 'vitest'
import type { ActiveJob, LaneConsumer } from '../../../src/engine/consumer.js'
import type { QueueOverview } from '../../../src/engine/lanes/queue-overview.js'
import { brokerOfFile, noRedis } from '../../support/broker.js'
import { consumerOf } from '../../support/lost-worker.js'
import { type TestApp, testApp } from '../../support/test-app.js'

const broker = brokerOfFile()
const NO = { name: 'Error', message: 'no' }

const add = (app: TestApp, id: string, lane: string, delayMs = 0, enqueuedAtMs?: number) =>
  app.engine.producer.add({
    id,
    lane,
    task: 'send',
    data: '{"v":1,"args":[]}',
    delayMs,
    ...(enqueuedAtMs !== undefined && { enqueuedAtMs }),
  })

const overviews = async (app: TestApp): Promise<readonly QueueOverview[]> => (await app.engine.queueOverviews()).queues

async function only(app: TestApp): Promise<QueueOverview> {
  const [queue, ...others] = await overviews(app)
  if (queue === undefined || others.length > 0) throw new Error(`expected one queue, got ${others.length}`)
  return queue
}

async function pull(lane: LaneConsumer, token: string): Promise<ActiveJob> {
  const { job } = await lane.pull(token)
  if (job === undefined) throw new Error('no job')
  return job
}

describe('what a queue holds', () => {
  test('is nothing before the first job', async () => {
    const before = Date.now()
    const { at, queues } = await testApp(broker).engine.queueOverviews()
    expect(queues).toEqual([])
    expect(Math.abs(at - before)).toBeLessThan(5000)
  })

  test('is added up over all its lanes, by name', async () => {
    const app = testApp(broker)
    await add(app, 'g', 'reports')
    for (const id of ['a', 'b', 'c', 'd']) await add(app, id, 'emails')
    await add(app, 'e', 'emails~Send')
    await add(app, 'f', 'emails~Send', 60_000)
    const lane = await consumerOf(app, 'emails')
    const [first, second] = [await pull(lane, '1'), await pull(lane, '2')]
    await pull(lane, '3')
    await lane.succeed(first, null, { fetchNext: false, keep: true })
    await lane.bury(second, NO, { fetchNext: false })
    expect(await overviews(app)).toMatchObject([
      { queue: 'emails', queued: 2, scheduled: 1, retrying: 0, active: 1, succeeded: 1, dead: 1, paused: false },
      { queue: 'reports', queued: 1, scheduled: 0, retrying: 0, active: 0, succeeded: 0, dead: 0, paused: false },
    ])
  })

  test('counts for queues beyond what one script reads', async () => {
    const app = testApp(broker)
    await Promise.all(Array.from({ length: 120 }, (_, n) => add(app, `j${n}`, `q${n}`)))
    const queues = await overviews(app)
    expect(queues).toHaveLength(120)
    expect(new Set(queues.map(({ queue }) => queue)).size).toBe(120)
    expect(queues.every(({ queued, oldestQueuedAt }) => queued === 1 && oldestQueuedAt !== undefined)).toBe(true)
  })

  test.for(['__proto__', 'a:b', 'ü ~', '\u001b[31mred', '{x}'])('counts in a queue that is called %j', async (name) => {
    const app = testApp(broker)
    await add(app, 'a', name)
    await add(app, 'b', name, 60_000)
    expect(await overviews(app)).toMatchObject([{ queued: 1, scheduled: 1 }])
  })
})

describe('retries', () => {
  test('are told apart from jobs that were scheduled', async () => {
    const app = testApp(broker)
    await add(app, 'later', 'emails', 60_000)
    for (const id of ['a', 'b', 'c']) await add(app, id, 'emails')
    const lane = await consumerOf(app, 'emails')
    for (const token of ['1', '2']) await lane.retry(await pull(lane, token), NO, 60_000, { fetchNext: false })
    expect(await only(app)).toMatchObject({ queued: 1, scheduled: 1, retrying: 2 })
    await lane.retry(await pull(lane, '3'), NO, 0, { fetchNext: false })
    expect(await only(app)).toMatchObject({ queued: 1, scheduled: 1, retrying: 2 })
  })

  test('still count when they are due and no worker is there, and no more when one took them over', async () => {
    const app = testApp(broker)
    await add(app, 'a', 'emails')
    const lane = await consumerOf(app, 'emails')
    await lane.retry(await pull(lane, '1'), NO, 1, { fetchNext: false })
    const due = Date.now() + 1
    await expect.poll(async () => (await app.engine.queueOverviews()).at).toBeGreaterThan(due)
    expect(await only(app)).toMatchObject({ queued: 0, scheduled: 0, retrying: 1 })
    await expect.poll(async () => (await lane.pull('2')).job?.id).toBe('a')
    expect(await only(app)).toMatchObject({ scheduled: 0, retrying: 0, active: 1 })
  })

  test('leave no note when they are revoked, and none when the job was lost meanwhile', async () => {
    const app = testApp(broker)
    for (const id of ['a', 'b']) await add(app, id, 'emails')
    const lane = await consumerOf(app, 'emails')
    await lane.retry(await pull(lane, '1'), NO, 60_000, { fetchNext: false })
    await app.engine.revoke({ id: 'a', lane: 'emails' }, 'no')
    expect(await app.redis.zcard(app.keys.retrying('emails'))).toBe(0)
    const lost = await pull(lane, '2')
    await app.redis.del(`${app.keys.job('emails', 'b')}:lock`)
    await expect(lane.retry(lost, NO, 60_000, { fetchNext: false })).rejects.toThrow()
    await expect.poll(() => app.redis.zcard(app.keys.retrying('emails'))).toBe(0)
  })

  test('that are over are forgotten when others come, and when the lane is swept', async () => {
    const app = testApp(broker)
    const key = app.keys.retrying('emails')
    const side = await app.side()
    await add(app, 'a', 'emails')
    await app.redis.zadd(key, '1000', 'old')
    const lane = await consumerOf(app, 'emails')
    await lane.retry(await pull(lane, '1'), NO, 60_000, { fetchNext: false })
    await expect.poll(() => app.redis.zrange(key, '0', '-1')).toEqual(['a'])
    await app.redis.zadd(key, '1000', 'old')
    await side.sweep('emails', { resultTtlMs: 1000, deadLetterTtlMs: 1000, maxDeadLetters: 1 })
    expect(await app.redis.zrange(key, '0', '-1')).toEqual(['a'])
  })

  test('are never more than the jobs that wait', async () => {
    const app = testApp(broker)
    await add(app, 'later', 'emails', 60_000)
    await app.redis.zadd(app.keys.retrying('emails'), Date.now() + 60_000, 'gone', Date.now() + 60_000, 'gone too')
    expect(await only(app)).toMatchObject({ scheduled: 0, retrying: 1 })
  })
})

describe('the oldest job', () => {
  test('is the one that could have run first', async () => {
    const app = testApp(broker)
    expect(await overviews(app)).toEqual([])
    const now = Date.now()
    await add(app, 'a', 'emails', 0, now - 60_000)
    await add(app, 'b', 'emails', 0, now - 30_000)
    await add(app, 'c', 'emails~Send', 0, now - 90_000)
    expect((await only(app)).oldestQueuedAt).toBe(now - 90_000)
    await pull(await consumerOf(app, 'emails~Send'), '1')
    expect((await only(app)).oldestQueuedAt).toBe(now - 60_000)
  })

  test('waits since its time came, not since it was enqueued', async () => {
    const app = testApp(broker)
    const now = Date.now()
    await add(app, 'a', 'emails', 20_000, now - 60_000)
    const lane = await consumerOf(app, 'emails')
    await app.redis.hset(app.keys.lane('emails', 'meta'), { paused: 1 })
    // The engine puts what is due among the waiting jobs, though the queue is paused.
    expect((await lane.pull('1')).job).toBeUndefined()
    expect(await only(app)).toMatchObject({ queued: 1, scheduled: 0, oldestQueuedAt: now - 40_000, paused: true })
  })

  test('waits since its last run began at most, and never since the future', async () => {
    const app = testApp(broker)
    const now = Date.now()
    await add(app, 'a', 'emails', 0, now - 60_000)
    const lane = await consumerOf(app, 'emails')
    await lane.retry(await pull(lane, '1'), NO, 0, { fetchNext: false })
    expect((await only(app)).oldestQueuedAt).toBeGreaterThanOrEqual(now)
    await app.redis.hset(app.keys.job('emails', 'a'), { atm: 0, timestamp: now + 1e7 })
    const { at, queues } = await app.engine.queueOverviews()
    expect(queues[0]?.oldestQueuedAt).toBe(at)
  })

  test('waits since it was put back: a dead letter, a retry, and one of a worker that is lost', async () => {
    const app = testApp(broker)
    const now = Date.now()
    await add(app, 'a', 'emails', 0, now - 72 * 3_600_000)
    const lane = await consumerOf(app, 'emails')
    await lane.bury(await pull(lane, '1'), NO, { fetchNext: false })
    await app.engine.jobEdits.retry('emails', ['a'])
    expect((await only(app)).oldestQueuedAt).toBeGreaterThanOrEqual(now - 1000)
    await lane.giveBack(await pull(lane, '2'))
    expect((await only(app)).oldestQueuedAt).toBeGreaterThanOrEqual(now - 1000)
    await lane.retry(await pull(lane, '3'), NO, 1, { fetchNext: false })
    await app.redis.hset(app.keys.job('emails', 'a'), { processedOn: now - 3_600_000 })
    await app.redis.hset(app.keys.lane('emails', 'meta'), { paused: 1 })
    const queuedAfterPull = async () => {
      await lane.pull('4')
      return (await only(app)).queued
    }
    await expect.poll(queuedAfterPull).toBe(1)
    expect((await only(app)).oldestQueuedAt).toBeGreaterThanOrEqual(now)
  })

  test('is looked for among those with a priority, too', async () => {
    const app = testApp(broker)
    const now = Date.now()
    await add(app, 'a', 'emails', 0, now - 1000)
    await add(app, 'b', 'emails', 60_000, now - 9000)
    await app.redis.zrem(app.keys.lane('emails', 'delayed'), 'b')
    await app.redis.zadd(app.keys.lane('emails', 'prioritized'), 2 ** 32 + 1, 'b')
    await app.redis.hset(app.keys.job('emails', 'b'), { opts: '{"priority":1}' })
    expect(await only(app)).toMatchObject({ queued: 2, scheduled: 0, oldestQueuedAt: now - 9000 })
  })

  test.for([
    ['opts', '{'],
    ['opts', '[]'],
    ['opts', '['.repeat(999)],
    ['opts', '['.repeat(100_000)],
    ['opts', '{"delay":"soon"}'],
    ['waitsSince', 'many'],
    ['processedOn', ''],
  ])('is found where its %s is broken (%#)', async ([field = '', value = '']) => {
    const app = testApp(broker)
    const now = Date.now()
    await add(app, 'a', 'emails', 0, now - 1000)
    await app.redis.hset(app.keys.job('emails', 'a'), { [field]: value })
    expect(await only(app)).toMatchObject({ queued: 1, oldestQueuedAt: now - 1000 })
  })

  test('is unknown where its hash tells no time, is gone, or is none', async () => {
    const app = testApp(broker)
    await add(app, 'a', 'emails')
    const job = app.keys.job('emails', 'a')
    await app.redis.hset(job, { timestamp: 'today' })
    expect(await only(app)).toMatchObject({ queued: 1, oldestQueuedAt: undefined })
    await app.redis.del(job)
    expect(await only(app)).toMatchObject({ queued: 1, oldestQueuedAt: undefined })
    await app.redis.set(job, 'text')
    expect(await only(app)).toMatchObject({ queued: 1, oldestQueuedAt: undefined })
  })
})

describe('limits', () => {
  const window = { max: 1, durationMs: 60_000 }

  test('tell the rate, how long nothing more starts, and what waits for it', async () => {
    const app = testApp(broker)
    const { lanes } = await app.side()
    await lanes.limit('emails', 'Send', { rate: window })
    for (const id of ['a', 'b', 'c']) await add(app, id, 'emails~Send')
    const limit = { task: 'Send', window, overridden: false }
    expect((await only(app)).limits).toEqual([{ ...limit, limitedForMs: 0, queued: 3 }])
    await pull(await consumerOf(app, 'emails~Send'), '1')
    const [reached] = (await only(app)).limits
    expect(reached).toMatchObject({ ...limit, queued: 2 })
    expect(reached?.limitedForMs).toBeGreaterThan(50_000)
    expect(reached?.limitedForMs).toBeLessThanOrEqual(60_000)
  })

  test('tell whether they were set while running, and outlive a broken record', async () => {
    const app = testApp(broker)
    const { lanes } = await app.side()
    for (const task of ['A', 'B', 'C', 'D', '__proto__']) await lanes.limit('emails', task, { rate: window })
    await app.redis.hset(app.keys.limits, {
      A: '{"rate":{"max":1,"durationMs":60000}}',
      B: '{',
      C: '{"softMs":5}',
      D: '{"rate":"often"}',
    })
    const { limits } = await only(app)
    expect(limits.filter(({ overridden }) => overridden).map(({ task }) => task)).toEqual(['A'])
    expect(limits).toHaveLength(5)
    await app.redis.set(app.keys.limits, 'text')
    expect((await only(app)).limits).toHaveLength(5)
  })

  test('that are broken or gone are none', async () => {
    const app = testApp(broker)
    await add(app, 'a', 'emails~Send')
    expect((await only(app)).limits).toEqual([])
    await app.redis.hset(app.keys.lane('emails~Send', 'meta'), { max: 'many', duration: 5 })
    expect((await only(app)).limits).toEqual([])
  })
})

test('a look takes the same commands, whatever a queue holds', async ({ skip }) => {
  skip(noRedis !== undefined, noRedis)
  const app = testApp(broker)
  await add(app, 'j', 'emails')
  const few = await commandsOf(app)
  await Promise.all(Array.from({ length: 2000 }, (_, n) => add(app, `j${n}`, 'emails', n % 2 === 0 ? 0 : 60_000)))
  const many = await commandsOf(app)
  expect(many).toEqual(few)
  expect(Object.keys(many)).not.toContain('lrange')
})

/** What one look makes the broker run, commands within scripts included. */
async function commandsOf(app: TestApp): Promise<Record<string, number>> {
  await app.engine.queueOverviews()
  await app.redis.config('RESETSTAT')
  await app.engine.queueOverviews()
  const stats = await app.redis.info('commandstats')
  return Object.fromEntries(
    [...stats.matchAll(/cmdstat_(\S+?):calls=(\d+)/g)].map(([, name, calls]) => [name, Number(calls)]),
  )
}

describe('a key that was overwritten with another type', () => {
  const parts = [
    'wait',
    'prioritized',
    'delayed',
    'active',
    'completed',
    'failed',
    'waiting-children',
    'meta',
    'limiter',
  ]

  test.each([...parts, 'retrying'])('counts as empty, and hides neither its queue nor another: %s', async (part) => {
    const app = testApp(broker)
    await add(app, 'a', 'emails')
    await add(app, 'b', 'emails', 60_000)
    await add(app, 'c', 'reports')
    const key = part === 'retrying' ? app.keys.retrying('emails') : app.keys.lane('emails', part)
    await app.redis.del(key)
    if (part === 'limiter') await app.redis.lpush(key, 'junk')
    else await app.redis.set(key, 'junk')
    expect(await overviews(app)).toMatchObject([
      { queue: 'emails', queued: part === 'wait' ? 0 : 1, scheduled: part === 'delayed' ? 0 : 1, retrying: 0, dead: 0 },
      { queue: 'reports', queued: 1, scheduled: 0 },
    ])
  })
})

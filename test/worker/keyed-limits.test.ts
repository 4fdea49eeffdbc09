import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test, vi } from 'vitest'
import { defineTask } from '../../src/task/define-task.js'
import { brokerOfFile } from '../support/broker.js'
import { takeAndVanish } from '../support/lost-worker.js'
import { proxyTo } from '../support/proxy.js'
import { testApp } from '../support/test-app.js'

const broker = brokerOfFile()
const LANE = 'default~work'

interface Call {
  readonly tenant: string
  readonly n: number
}

describe('a limit of jobs at once, divided by keys', () => {
  test('holds for each key by itself, over all workers', async () => {
    const active = new Map<string, number>()
    const most = new Map<string, number>()
    let total = 0
    let mostTotal = 0
    const work = defineTask(
      { name: 'work', maxConcurrency: 2, concurrencyKey: ({ tenant }: Call) => tenant },
      async (_, { tenant }: Call) => {
        const now = (active.get(tenant) ?? 0) + 1
        active.set(tenant, now)
        most.set(tenant, Math.max(most.get(tenant) ?? 0, now))
        mostTotal = Math.max(mostTotal, ++total)
        await sleep(4)
        active.set(tenant, (active.get(tenant) ?? 0) - 1)
        total--
      },
    )
    const app = testApp(broker, { tasks: [work], config: { worker: { concurrency: 8 } } })
    const results = await Promise.all(
      Array.from({ length: 90 }, (_, n) => work.delay({ tenant: 'abc'[n % 3] as string, n })),
    )
    await app.worker({ name: 'one' })
    await app.worker({ name: 'two' })
    await Promise.all(results.map((result) => result.get({ timeout: '20s' })))
    expect(Math.max(...most.values())).toBeLessThanOrEqual(2)
    expect(mostTotal, 'keys run beside each other').toBeGreaterThan(2)
    await vi.waitFor(async () => expect(await app.redis.exists(app.keys.keyed(LANE, 'held'))).toBe(0))
    expect(await app.redis.exists(app.keys.keyed(LANE, 'waiting'), app.keys.keyed(LANE, 'counts'))).toBe(0)
  })

  test('lets a long row of one key be in no other’s way', async () => {
    const order: string[] = []
    const gate = Promise.withResolvers<void>()
    const work = defineTask(
      { name: 'work', maxConcurrency: 1, concurrencyKey: ({ tenant }: Call) => tenant },
      async (_, { tenant, n }: Call) => {
        if (tenant === 'big') await gate.promise
        order.push(`${tenant}${n}`)
      },
    )
    const app = testApp(broker, { tasks: [work], config: { worker: { concurrency: 4 } } })
    const big = await Promise.all(Array.from({ length: 300 }, (_, n) => work.delay({ tenant: 'big', n })))
    await app.worker()
    const small = await work.delay({ tenant: 'small', n: 0 })
    await small.get({ timeout: '3s' })
    expect(order).toEqual(['small0'])
    expect((await app.engine.queueOverviews()).queues).toMatchObject([{ queued: 299, active: 1 }])
    gate.resolve()
    await Promise.all(big.map((result) => result.get({ timeout: '20s' })))
    expect(order.slice(1)).toEqual(Array.from({ length: 300 }, (_, n) => `big${n}`))
  })
})

describe('the slots of a key', () => {
  test('are free after a job that failed, and while it waits for its retry', async () => {
    let failures = 0
    const work = defineTask(
      {
        name: 'work',
        maxConcurrency: 1,
        concurrencyKey: () => 'one',
        retries: 1,
        backoff: { type: 'fixed', delay: '100ms' },
      },
      (_, { n }: Call) => {
        if (n === 0 && failures++ < 2) throw new Error('no')
        return n
      },
    )
    const app = testApp(broker, { tasks: [work] })
    await app.worker()
    const dead = await work.delay({ tenant: 'x', n: 0 })
    const next = await work.delay({ tenant: 'x', n: 1 })
    expect(await next.get({ timeout: '5s' })).toBe(1)
    await expect(dead.get({ timeout: '5s' })).rejects.toThrow('no')
    expect(await (await work.delay({ tenant: 'x', n: 2 })).get({ timeout: '3s' })).toBe(2)
  })

  test('are free when the worker that held them was killed', async () => {
    const work = defineTask(
      { name: 'work', maxConcurrency: 1, concurrencyKey: ({ tenant }: Call) => tenant },
      (_, { n }: Call) => n,
    )
    const app = testApp(broker, { tasks: [work] })
    const first = await work.delay({ tenant: 'a', n: 1 })
    const second = await work.delay({ tenant: 'a', n: 2 })
    const side = await app.side()
    await side.lanes.limit('default', 'work', { maxConcurrency: 1, keyed: ['concurrency'] })
    expect((await takeAndVanish(app, LANE, 50)).id).toBe(first.id)
    expect(await app.redis.hgetall(app.keys.keyed(LANE, 'counts'))).toEqual({ a: '1' })
    await app.worker({ options: { stallCheckMs: 100 } })
    expect(await first.get({ timeout: '10s' })).toBe(1)
    expect(await second.get({ timeout: '10s' })).toBe(2)
    await vi.waitFor(async () => expect(await app.redis.exists(app.keys.keyed(LANE, 'held'))).toBe(0))
  })

  test('are free where the answer to the end of a job was lost', async () => {
    const proxy = await proxyTo(broker)
    const work = defineTask({ name: 'work', maxConcurrency: 1, concurrencyKey: () => 'k' }, (_, { n }: Call) => n)
    const app = testApp(proxy, { tasks: [work], config: { worker: { lock: '1s', stallCheck: '200ms' } } })
    await app.worker()
    await (await work.delay({ tenant: 'x', n: 0 })).get({ timeout: '5s' })
    proxy.loseReply((request) => request.includes('returnvalue'))
    const results = []
    for (let n = 1; n < 5; n++) results.push(await work.delay({ tenant: 'x', n }))
    for (const [index, result] of results.entries()) expect(await result.get({ timeout: '15s' })).toBe(index + 1)
    expect(proxy.dropped).toBe(1)
    await vi.waitFor(async () => expect(await app.redis.exists(app.keys.keyed(LANE, 'held'))).toBe(0))
  })

  test('are given past what is no job, or damaged', async () => {
    const work = defineTask({ name: 'work', maxConcurrency: 1, concurrencyKey: () => 'k' }, (_, { n }: Call) => n)
    const app = testApp(broker, { tasks: [work] })
    const damaged = await work.delay({ tenant: 'x', n: 0 })
    await app.redis.hset(app.keys.job(LANE, damaged.id), { opts: '[', ats: 'many', atm: '{}', priority: 'high' })
    await app.redis.set(app.keys.job(LANE, 'text'), 'no hash')
    await app.redis.lpush(app.keys.lane(LANE, 'wait'), 'text', 'gone')
    await app.redis.zadd(app.keys.lane(LANE, 'delayed'), 1, 'text', 2, 'nowhere')
    await app.worker()
    expect(await (await work.delay({ tenant: 'x', n: 2 })).get({ timeout: '5s' })).toBe(2)
  })

  test('are given to a job without options, as to any other', async () => {
    const work = defineTask({ name: 'work', maxConcurrency: 1, concurrencyKey: () => 'k' }, (_, { n }: Call) => n)
    const app = testApp(broker, { tasks: [work] })
    const damaged = await work.delay({ tenant: 'x', n: 1 })
    await app.redis.hdel(app.keys.job(LANE, damaged.id), 'opts')
    await app.worker()
    expect(await damaged.get({ timeout: '5s' })).toBe(1)
  })

  test('are given once where a call is sent again', async () => {
    const proxy = await proxyTo(broker)
    let runs = 0
    const work = defineTask({ name: 'work', maxConcurrency: 1, concurrencyKey: () => 'k' }, () => void runs++)
    const app = testApp(proxy, { tasks: [work] })
    await work.delay()
    proxy.loseReply((request) => /evalsha/i.test(request))
    const results = await Promise.all(Array.from({ length: 20 }, () => work.delay()))
    expect(proxy.dropped).toBe(1)
    await app.worker()
    for (const result of results) await result.get({ timeout: '15s' })
    expect(runs).toBe(21)
    expect((await app.engine.queueOverviews()).queues).toMatchObject([{ queued: 0, active: 0, succeeded: 21 }])
  })

  test('are free where a worker could not say that it is done', async () => {
    const work = defineTask({ name: 'work', maxConcurrency: 1, concurrencyKey: () => 'k' }, (_, { n }: Call) => n)
    const app = testApp(broker, { tasks: [work] })
    await app.worker()
    // As is left behind by one that was cut off after its job had ended.
    await app.redis.hset(app.keys.keyed(LANE, 'held'), 'gone', 'k')
    await app.redis.hset(app.keys.keyed(LANE, 'counts'), 'k', 1)
    expect(await (await work.delay({ tenant: 'x', n: 7 })).get({ timeout: '3s' })).toBe(7)
  })
})

import { describe, expect, test, vi } from 'vitest'
import { defineTask } from '../../src/task/define-task.js'
import { brokerOfFile } from '../support/broker.js'
import { testApp } from '../support/test-app.js'

const broker = brokerOfFile()
const LANE = 'default~work'

interface Call {
  readonly tenant: string
  readonly n: number
}

describe('a rate, divided by keys', () => {
  test('holds for each key by itself, and in burst', async () => {
    const starts: { tenant: string; at: number }[] = []
    const work = defineTask(
      { name: 'work', rateLimit: '10/s', rateKey: ({ tenant }: Call) => tenant },
      (_, { tenant }: Call) => void starts.push({ tenant, at: performance.now() }),
    )
    const app = testApp(broker, { tasks: [work] })
    for (let n = 0; n < 24; n++) await work.delay({ tenant: n % 2 === 0 ? 'a' : 'b', n })
    const { worker } = await app.worker({ burst: true })
    await worker.done
    expect(starts).toHaveLength(24)
    for (const tenant of ['a', 'b']) {
      const own = starts.filter((start) => start.tenant === tenant).map(({ at }) => at)
      expect(own).toHaveLength(12)
      const seconds = ((own.at(-1) ?? 0) - (own[0] ?? 0)) / 1000
      expect(seconds).toBeGreaterThan(0.9)
      expect(seconds).toBeLessThan(2.5)
    }
    const total = ((starts.at(-1)?.at ?? 0) - (starts[0]?.at ?? 0)) / 1000
    expect(total, 'keys do not wait for each other').toBeLessThan(2.5)
  })

  test('starts a job of another key at once while one waits', async () => {
    const work = defineTask(
      { name: 'work', rateLimit: '1/h', rateKey: ({ tenant }: Call) => tenant },
      (_, { n }: Call) => n,
    )
    const app = testApp(broker, { tasks: [work] })
    await app.worker()
    const first = await work.delay({ tenant: 'a', n: 1 })
    const held = await work.delay({ tenant: 'a', n: 2 })
    expect(await first.get({ timeout: '3s' })).toBe(1)
    expect(await (await work.delay({ tenant: 'b', n: 3 })).get({ timeout: '3s' })).toBe(3)
    expect(await held.state()).toBe('queued')
    const found = await app.engine.jobLists.find({ place: 'queued' }, 10, () => '')
    expect(found).toMatchObject({ total: 1, jobs: [{ id: held.id }] })
    expect(await app.engine.revoke({ id: held.id, lane: LANE }, 'not wanted')).toBe('removed')
    expect(await held.state()).toBe('revoked')
    expect((await app.engine.queueOverviews()).queues).toMatchObject([{ queued: 0 }])
  })

  test('finds a job of another key behind a backlog that came while no worker was there', async () => {
    const work = defineTask(
      { name: 'work', rateLimit: '1/h', rateKey: ({ tenant }: Call) => tenant },
      (_, { n }: Call) => n,
    )
    const app = testApp(broker, { tasks: [work] })
    await Promise.all(Array.from({ length: 1600 }, (_, n) => work.delay({ tenant: 'big', n })))
    const small = await work.delay({ tenant: 'small', n: -1 })
    await app.worker()
    expect(await small.get({ timeout: '5s' })).toBe(-1)
    expect((await app.engine.queueOverviews()).queues).toMatchObject([{ queued: 1599, succeeded: 2 }])
  })

  test('counts a job that was called with a key under it, and those without one together', async () => {
    const work = defineTask(
      { name: 'work', rateLimit: '1/h', rateKey: ({ tenant }: Call) => tenant },
      (_, { n }: Call) => n,
    )
    const app = testApp(broker, { tasks: [work] })
    await app.worker()
    const one = await work.applyAsync([{ tenant: 'a', n: 1 }], { rateKey: 'x' })
    const other = await work.applyAsync([{ tenant: 'a', n: 2 }], { rateKey: 'y' })
    expect(await one.get({ timeout: '3s' })).toBe(1)
    expect(await other.get({ timeout: '3s' })).toBe(2)
  })

  test('runs jobs of a key by priority, retries and countdowns through the same row', async () => {
    const order: number[] = []
    const work = defineTask(
      { name: 'work', rateLimit: '20/s', rateKey: () => 'k' },
      (_, { n }: Call) => void order.push(n),
    )
    const app = testApp(broker, { tasks: [work], config: { queues: { default: { priorities: true } } } })
    await work.applyAsync([{ tenant: '', n: 1 }], { priority: 1 })
    await work.applyAsync([{ tenant: '', n: 9 }], { priority: 9 })
    await work.applyAsync([{ tenant: '', n: 5 }], { countdown: '1s', priority: 5 })
    const { worker } = await app.worker()
    await vi.waitFor(() => expect(order).toEqual([9, 1, 5]), 5000)
    await worker.stop()
  })

  test('that is no longer divided lets the jobs of all rows go on', async () => {
    const options = { name: 'work', rateLimit: '1/h', rateKey: ({ tenant }: Call) => tenant } as const
    const work = defineTask(options, (_, { n }: Call) => n)
    const app = testApp(broker, { tasks: [work] })
    const { worker } = await app.worker()
    const results = []
    for (let n = 0; n < 5; n++) results.push(await work.delay({ tenant: 'a', n }))
    await results[0]?.get({ timeout: '3s' })
    await worker.stop()
    await vi.waitFor(async () => expect(await app.redis.zcard(app.keys.keyed(LANE, 'waiting'))).toBe(4))
    const { definition } = work
    const free = { ...definition, rateLimit: { max: 1000, durationMs: 100 }, rateKey: undefined }
    await app.worker({ tasks: [{ definition: free }] })
    for (const [n, result] of results.entries()) expect(await result.get({ timeout: '5s' })).toBe(n)
  })
})

describe('the rate of a key', () => {
  test('is not spent on jobs that expired', async () => {
    const work = defineTask(
      { name: 'work', rateLimit: '1/h', rateKey: ({ tenant }: Call) => tenant },
      (_, { n }: Call) => n,
    )
    const app = testApp(broker, { tasks: [work] })
    const call = (n: number) => work.applyAsync([{ tenant: 'a', n }], { expires: '1ms' })
    const expired = await Promise.all(Array.from({ length: 6 }, (_, n) => call(n)))
    const fresh = await work.applyAsync([{ tenant: 'a', n: 7 }], { expires: '1h' })
    await app.worker()
    expect(await fresh.get({ timeout: '5s' })).toBe(7)
    for (const result of expired)
      await expect(result.get({ timeout: '5s' })).rejects.toMatchObject({ code: 'TASKQ_JOB_EXPIRED' })
    await expired[0]?.retry()
    const other = await work.delay({ tenant: 'b', n: 9 })
    expect(await other.get({ timeout: '5s' })).toBe(9)
    expect(await expired[0]?.state(), 'it is wanted late, and waits for its turn as any other').toBe('queued')
  })

  test('is spent where the latest of calls that are one job has not expired', async () => {
    const work = defineTask(
      {
        name: 'work',
        rateLimit: '1/h',
        rateKey: ({ tenant }: Call) => tenant,
        keepLatest: { key: ({ tenant }: Call) => tenant },
      },
      (_, { n }: Call) => n,
    )
    const app = testApp(broker, { tasks: [work] })
    await work.applyAsync([{ tenant: 'a', n: 1 }], { expires: '1ms' })
    const merged = await work.delay({ tenant: 'a', n: 2 })
    await app.worker()
    expect(await merged.get({ timeout: '5s' })).toBe(2)
    const next = await work.delay({ tenant: 'a', n: 3 })
    const other = await work.delay({ tenant: 'b', n: 4 })
    expect(await other.get({ timeout: '5s' })).toBe(4)
    expect(await next.state()).toBe('queued')
  })
})

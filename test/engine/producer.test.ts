import { inspect } from 'node:util'
import { describe, expect, test, vi } from 'vitest'
import { newJobId } from '../../src/client/job-id.js'
import { resolveConfig } from '../../src/config/resolve-config.js'
import type { RedisBroker } from '../../src/config/resolved-config.js'
import { freePort } from '../faults/kit/redis-server.js'
import { brokerOfFile, noRedis, startBroker } from '../support/broker.js'
import { proxyTo } from '../support/proxy.js'
import { rejection } from '../support/refusal.js'
import { type TestApp, testApp } from '../support/test-app.js'

const broker = brokerOfFile()

const job = (id: string, over: object = {}) => ({
  id,
  lane: 'default',
  task: 'send',
  data: '{"v":1,"args":[]}',
  delayMs: 0,
  ...over,
})

async function waiting(app: TestApp, lane = 'default'): Promise<string[]> {
  return (await app.redis.lrange(app.keys.lane(lane, 'wait'), 0, -1)).reverse()
}

function brokerAt(url: string): RedisBroker {
  const { broker } = resolveConfig({ root: '/', file: { path: 'test', value: { broker: url } } })
  if (broker.kind !== 'redis') throw new Error('not a Redis')
  return broker
}

describe('adding jobs', () => {
  test('keeps what a job carries', async () => {
    const app = testApp(broker)
    const before = Date.now()
    await app.engine.producer.add(job('a', { data: '{"v":1,"args":["日"]}' }))
    const stored = await app.engine.jobs.find('a')
    expect(stored).toMatchObject({
      id: 'a',
      lane: 'default',
      task: 'send',
      data: '{"v":1,"args":["日"]}',
      attemptsMade: 0,
    })
    expect(stored?.enqueuedAt).toBeGreaterThanOrEqual(before)
    expect(await app.engine.lanes()).toEqual(['default'])
  })

  test('keeps the order of one caller', async () => {
    const app = testApp(broker)
    const ids = Array.from({ length: 250 }, (_, n) => `j${n}`)
    await Promise.all(ids.map((id) => app.engine.producer.add(job(id))))
    expect(await waiting(app)).toEqual(ids)
  })

  test('adds one job for one id, however often it is sent', async () => {
    const app = testApp(broker)
    await app.engine.producer.add(job('same'))
    await app.engine.producer.add(job('same'))
    await Promise.all(Array.from({ length: 20 }, () => app.engine.producer.add(job('same'))))
    expect(await waiting(app)).toEqual(['same'])
  })

  test('takes a thousand at once over many lanes, with a delay or without', async () => {
    const app = testApp(broker)
    const jobs = Array.from({ length: 1000 }, (_, n) =>
      job(`j${n}`, { lane: `q${n % 3}`, delayMs: n % 2 === 0 ? 0 : 60_000 }),
    )
    await Promise.all(jobs.map((one) => app.engine.producer.add(one)))
    const stats = (await app.engine.queueOverviews()).queues
    expect(stats.map(({ queue }) => queue)).toEqual(['q0', 'q1', 'q2'])
    expect(stats.reduce((sum, { queued }) => sum + queued, 0)).toBe(500)
    expect(stats.reduce((sum, { scheduled }) => sum + scheduled, 0)).toBe(500)
  })

  test('makes ids that are all different', () => {
    const ids = Array.from({ length: 5000 }, newJobId)
    expect(new Set(ids).size).toBe(5000)
    for (const id of ids) expect(id).toMatch(/^[0-9a-z]{8}[0-9A-Za-z]{12}$/)
  })
})

describe('a broker in trouble', () => {
  test('a lost reply does not make two jobs of one', async () => {
    const app = testApp(broker, { config: { enqueueTimeout: '20s' } })
    const proxy = await proxyTo(broker)
    const engine = app.newEngine({ broker: brokerAt(proxy.url) })
    const ids = ['id-a', 'id-b', 'id-c', 'id-d']
    for (const id of ids) {
      proxy.loseReply((request) => request.includes('send') && request.includes(id))
      await engine.producer.add(job(id))
    }
    expect(proxy.dropped).toBe(ids.length)
    expect(await waiting(app)).toEqual(ids)
  })

  test('a lost reply to many jobs at once does not either', async () => {
    const app = testApp(broker, { config: { enqueueTimeout: '20s' } })
    const proxy = await proxyTo(broker)
    const engine = app.newEngine({ broker: brokerAt(proxy.url) })
    await engine.producer.add(job('first'))
    proxy.loseReply((request) => request.includes('EVALSHA') || request.includes('evalsha'))
    const ids = Array.from({ length: 300 }, (_, n) => `j${n}`)
    await Promise.all(ids.map((id) => engine.producer.add(job(id))))
    expect(proxy.dropped).toBeGreaterThan(0)
    expect((await waiting(app)).sort()).toEqual(['first', ...ids].sort())
  })

  test('goes on after a cut, without the caller noticing', async () => {
    const app = testApp(broker)
    const proxy = await proxyTo(broker)
    const engine = app.newEngine({ broker: brokerAt(proxy.url) })
    await engine.producer.add(job('a'))
    proxy.cut()
    await engine.producer.add(job('b'))
    expect(await waiting(app)).toEqual(['a', 'b'])
  })

  test('no broker: NOT_SENT within the timeout, and nothing appears when one comes up', async () => {
    const late = await startBroker()
    await late.stop()
    const app = testApp(late, { config: { enqueueTimeout: '300ms' } })
    const startedAt = performance.now()
    expect(await rejection(app.engine.producer.add(job('a')))).toMatchObject({
      code: 'TASKQ_ENQUEUE_NOT_SENT',
      message: expect.stringMatching(/^send: the job does not exist/),
      hint: expect.stringContaining('safe to enqueue again'),
      data: { jobId: 'a', task: 'send' },
    })
    expect(performance.now() - startedAt).toBeLessThan(2500)
    await late.restart()
    try {
      const again = () => app.engine.producer.add(job('b'))
      await vi.waitFor(again, { timeout: 10_000, interval: 20 })
      expect(await app.redis.exists(app.keys.job('default', 'a'))).toBe(0)
      expect(await waiting(app)).toEqual(['b'])
    } finally {
      await late.stop()
    }
  })

  test('silence after the connection: UNKNOWN within the timeout, with the id to ask for', async () => {
    const app = testApp(broker)
    const proxy = await proxyTo(broker)
    const engine = app.newEngine({ broker: brokerAt(proxy.url), timeoutMs: 400 })
    await engine.producer.add(job('a'))
    proxy.mode = 'blackhole'
    const startedAt = performance.now()
    expect(await rejection(engine.producer.add(job('b')))).toMatchObject({
      code: 'TASKQ_ENQUEUE_UNKNOWN',
      message: expect.stringContaining('may exist'),
      data: { jobId: 'b', task: 'send' },
    })
    expect(performance.now() - startedAt).toBeLessThan(2500)
  })

  test('silence before the connection: NOT_SENT within the timeout', async () => {
    const app = testApp(broker)
    const proxy = await proxyTo(broker)
    proxy.mode = 'blackhole'
    const engine = app.newEngine({ broker: brokerAt(proxy.url), timeoutMs: 300 })
    expect(await rejection(engine.producer.add(job('a')))).toMatchObject({ code: 'TASKQ_ENQUEUE_NOT_SENT' })
    proxy.mode = 'refuse'
    expect(await rejection(engine.producer.add(job('b')))).toMatchObject({ code: 'TASKQ_ENQUEUE_NOT_SENT' })
  })

  test('a full broker: REFUSED at once with its reason, and it goes on when there is room', async ({ skip }) => {
    skip(noRedis !== undefined, noRedis)
    const app = testApp(broker)
    await app.engine.producer.add(job('a'))
    await app.redis.config('SET', 'maxmemory', '1')
    try {
      expect(await rejection(app.engine.producer.add(job('b')))).toMatchObject({
        code: 'TASKQ_ENQUEUE_REFUSED',
        message: expect.stringMatching(/^send: the broker refused the job: .*OOM/),
        data: { jobId: 'b' },
      })
      const refused = await Promise.allSettled(['c', 'd'].map((id) => app.engine.producer.add(job(id))))
      expect(refused.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    } finally {
      await app.redis.config('SET', 'maxmemory', '0')
    }
    await app.engine.producer.add(job('e'))
    expect(await waiting(app)).toEqual(['a', 'e'])
  })
})

describe('a wrong password', () => {
  const CANARY = 'canary-4711'

  test('is told within the deadline by the name of the user, never by the password', async () => {
    const locked = await startBroker({ password: 'the right one' })
    try {
      const app = testApp({ url: `redis://:${CANARY}@127.0.0.1:${locked.port}` })
      const startedAt = performance.now()
      const errors = [
        await rejection(app.engine.producer.add(job('a'))),
        await rejection(app.engine.openWorkerSide()),
        await rejection(app.engine.queueOverviews()),
      ]
      expect(performance.now() - startedAt).toBeLessThan(5000)
      for (const error of errors) {
        expect(error).toMatchObject({
          code: 'TASKQ_BROKER_AUTH',
          message: expect.stringContaining('refused user "default"'),
        })
        const { stack } = error as Error
        expect([inspect(error, { depth: 10, showHidden: true }), JSON.stringify(error), stack].join()).not.toContain(
          CANARY,
        )
      }
    } finally {
      await locked.stop()
    }
  })

  test('no broker does not tell the password either', async () => {
    const port = await freePort()
    const app = testApp({ url: `redis://user:${CANARY}@127.0.0.1:${port}` }, { config: { enqueueTimeout: '200ms' } })
    for (const error of [
      await rejection(app.engine.producer.add(job('a'))),
      await rejection(app.engine.openWorkerSide()),
    ])
      expect([inspect(error, { depth: 10, showHidden: true }), JSON.stringify(error)].join()).not.toContain(CANARY)
  })
})

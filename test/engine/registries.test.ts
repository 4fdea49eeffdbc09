import { describe, expect, onTestFinished, test, vi } from 'vitest'
import type { WorkerFacts } from '../../src/engine/workers/worker-facts.js'
import { brokerOfFile, noRedis } from '../support/broker.js'
import { workerFacts } from '../support/fake-worker.js'
import { consumerOf } from '../support/lost-worker.js'
import { type TestApp, testApp } from '../support/test-app.js'

const broker = brokerOfFile()

const add = (app: TestApp, id: string, lane: string, delayMs = 0) =>
  app.engine.producer.add({ id, lane, task: 'send', data: '{"v":1,"args":[]}', delayMs })

const facts = (id: string, name: string): WorkerFacts => workerFacts(id, { name })

describe('the lane registry', () => {
  test('knows the lanes of a queue, and makes the queue itself known before its first job', async () => {
    const app = testApp(broker)
    const { lanes } = await app.side()
    expect(await lanes.ofQueues(['emails'], () => true)).toEqual(['emails'])
    await add(app, 'a', 'emails~Send')
    await add(app, 'b', 'emails')
    await add(app, 'c', 'emailsarchive')
    expect((await lanes.ofQueues(['emails', 'reports'], () => true)).sort()).toEqual([
      'emails',
      'emails~Send',
      'reports',
    ])
    expect(await lanes.all()).toEqual(['emails', 'emailsarchive', 'emails~Send', 'reports'])
  })

  test('a limit makes a lane known, and holds what the broker lets start', async () => {
    const app = testApp(broker)
    const { lanes } = await app.side()
    await lanes.limit('emails', 'Send', { rate: { max: 2, durationMs: 60_000 } })
    expect(await lanes.ofQueues(['emails'], () => true)).toEqual(['emails', 'emails~Send'])
    for (const id of ['a', 'b', 'c']) await add(app, id, 'emails~Send')
    const lane = await consumerOf(app, 'emails~Send')
    expect((await lane.pull('1')).job?.id).toBe('a')
    expect((await lane.pull('2')).job?.id).toBe('b')
    const third = await lane.pull('3')
    expect(third.job).toBeUndefined()
    expect(third.limitedForMs).toBeGreaterThan(50_000)
  })
})

describe('the worker registry', () => {
  test('tells who lives, by name, until they leave', async () => {
    const app = testApp(broker)
    const { registry } = await app.side()
    expect(await app.engine.workers()).toEqual([])
    await registry.beat(facts('2', 'zoe@h'))
    await registry.beat(facts('1', 'amy@h'))
    await registry.beat({ ...facts('1', 'amy@h'), succeeded: 5 })
    const heardAt = expect.any(Number)
    expect(await app.engine.workers()).toEqual([
      { ...facts('1', 'amy@h'), succeeded: 5, heardAt },
      { ...facts('2', 'zoe@h'), heardAt },
    ])
    await registry.leave('1')
    expect((await app.engine.workers()).map(({ id }) => id)).toEqual(['2'])
  })

  test('a worker that is not heard of is silent for 60 s, and then gone', async () => {
    const app = testApp(broker)
    const { registry } = await app.side()
    await registry.beat(facts('1', 'amy@h'))
    const record = app.keys.worker('1')
    expect(await app.redis.pttl(record)).toBeGreaterThan(55_000)
    expect(await app.redis.pttl(record)).toBeLessThanOrEqual(60_000)
    await app.redis.pexpire(record, 20_000)
    const { at } = await app.engine.ping()
    const [silent] = await app.engine.workers()
    expect(at - (silent?.heardAt ?? 0)).toBeGreaterThan(38_000)
    expect(at - (silent?.heardAt ?? 0)).toBeLessThan(42_000)
    await app.redis.pexpire(record, 1)
    await expect.poll(() => app.engine.workers()).toEqual([])
    expect(await app.redis.zcard(app.keys.workers)).toBe(0)
  })

  test.for([200_000, -200_000])('no clock but the broker’s tells who lives: %d ms off', async (skewMs, { skip }) => {
    // The embedded broker goes by this process's clock.
    skip(noRedis !== undefined, noRedis)
    const app = testApp(broker)
    const { registry } = await app.side()
    const real = Date.now
    await registry.beat(facts('before', 'amy@h'))
    vi.spyOn(Date, 'now').mockImplementation(() => real() + skewMs)
    onTestFinished(() => void vi.restoreAllMocks())
    await registry.beat(facts('after', 'bob@h'))
    const names = async () => (await app.engine.workers()).map(({ id }) => id)
    expect(await names()).toEqual(['before', 'after'])
    vi.restoreAllMocks()
    expect(await names()).toEqual(['before', 'after'])
  })

  test('a worker that speaks again while it is forgotten is not', async () => {
    const app = testApp(broker)
    const { registry } = await app.side()
    await registry.beat(facts('1', 'amy@h'))
    await app.redis.del(app.keys.worker('1'))
    await Promise.all([app.engine.workers(), registry.beat(facts('1', 'amy@h'))])
    expect(await app.engine.workers()).toHaveLength(1)
  })

  test('tasks are known after their workers are gone', async () => {
    const app = testApp(broker)
    const { registry } = await app.side()
    await registry.announceTasks(new Map())
    expect(await app.engine.knownTasks()).toEqual(new Map())
    const send = { queue: 'emails', limited: true, ignoreResult: false }
    await registry.announceTasks(new Map([['Send', send]]))
    await registry.announceTasks(new Map([['__proto__', { ...send, queue: 'x' }]]))
    expect(await app.engine.knownTasks()).toEqual(
      new Map([
        ['Send', send],
        ['__proto__', { ...send, queue: 'x' }],
      ]),
    )
  })
})

test('the broker tells what it is', async () => {
  const info = await testApp(broker).engine.brokerInfo()
  expect(info).toMatchObject({ version: expect.stringMatching(/^\d+\./), role: 'master' })
  expect(Math.abs(info.clockSkewMs)).toBeLessThan(1000)
  expect(info.pingMs).toBeGreaterThan(0)
})

import { describe, expect, onTestFinished, test } from 'vitest'
import { readStatus } from '../../src/control/status.js'
import type { Engine } from '../../src/engine/engine.js'
import { brokerOfFile, noRedis, startBroker } from '../support/broker.js'
import { fakeHeartbeat } from '../support/fake-worker.js'
import { rejection } from '../support/refusal.js'
import { type TestApp, testApp } from '../support/test-app.js'

const broker = brokerOfFile()

async function appOfItsOwn(): Promise<TestApp> {
  const broker = await startBroker()
  onTestFinished(() => broker.stop())
  return testApp(broker)
}

describe('a user of the broker who lacks', () => {
  const limits = { max: 1, durationMs: 1000 }
  const asks: [string, string[], (engine: Engine) => Promise<unknown>, string][] = [
    ['PUBLISH', ['-publish'], (engine) => engine.command({ name: 'ping' }, ['w'], 100), 'ACL SETUSER some +publish'],
    ['SUBSCRIBE', ['-subscribe'], (engine) => engine.watchLive(() => {}), 'ACL SETUSER some +subscribe'],
    ['EVAL', ['-eval'], (engine) => engine.queueOverviews(), 'ACL SETUSER some +eval'],
    ['the channels', ['resetchannels'], (engine) => engine.watchLive(() => {}), '{prefix}~*'],
    ['what a script uses', ['-hset'], (engine) => engine.taskLimits.setRate('a', 'b', limits), 'a script of taskq'],
    ['the keys', ['resetkeys', '~other'], (engine) => engine.lanes(), '{prefix}*'],
  ]

  test.for(asks)('%s is told so, and which permission it is', async ([, rules, ask, hint], { skip }) => {
    skip(noRedis !== undefined, noRedis)
    const app = await appOfItsOwn()
    await app.redis.call('ACL', 'SETUSER', 'some', 'on', '>secret', '~*', '&*', '+@all', ...rules)
    const engine = app.newEngine({ broker: { ...app.broker, username: 'some', password: 'secret' } })
    expect(await rejection(ask(engine))).toMatchObject({
      code: 'TASKQ_BROKER_AUTH',
      message: expect.stringContaining('refused user "some" (NOPERM)'),
      hint: expect.stringContaining(hint),
    })
  })
})

test('a broker whose memory is full is told with a code', async ({ skip }) => {
  skip(noRedis !== undefined, noRedis)
  const app = await appOfItsOwn()
  await app.redis.config('SET', 'maxmemory', '1')
  const change = app.engine.taskLimits.setRate('a', 'b', { max: 1, durationMs: 1000 })
  expect(await rejection(change)).toMatchObject({
    code: 'TASKQ_BROKER_REFUSED',
    message: expect.stringMatching(/refused: .*OOM command not allowed/),
  })
})

test.for(['completed', 'failed', 'delayed'])('a lane whose %s is something else is told with a code', async (part) => {
  const app = testApp(broker)
  const damaged = app.keys.lane('default', part)
  await app.redis.set(damaged, 'junk')
  const { id } = await app.client.enqueue('any', [])
  const told = { code: 'TASKQ_BROKER_DAMAGED', message: expect.stringContaining(JSON.stringify(damaged)) }
  expect(await rejection(app.client.result(id).state())).toMatchObject(told)
  expect(await rejection(app.client.result(id).get({ timeout: '5s' }))).toMatchObject(told)
})

test('a store of revokes that is something else is told with a code', async () => {
  const app = testApp(broker)
  await app.redis.set(app.keys.revokes, 'junk')
  const { id } = await app.client.enqueue('any', [])
  expect(await rejection(app.client.result(id).revoke())).toMatchObject({ code: 'TASKQ_BROKER_DAMAGED' })
})

describe('a replica', () => {
  test('can be looked at, also where a worker is gone', async ({ skip }) => {
    skip(noRedis !== undefined, noRedis)
    const app = await appOfItsOwn()
    await fakeHeartbeat(app, 'there')
    await fakeHeartbeat(app, 'gone')
    await app.redis.del(app.keys.worker('gone'))
    await app.redis.replicaof('127.0.0.1', 9)
    await app.engine.watchLive(() => {})
    expect(await readStatus(app.engine)).toMatchObject({ workers: [{ id: 'there' }] })
  })

  test('that is to be written to is named as what it is', async ({ skip }) => {
    skip(noRedis !== undefined, noRedis)
    const app = await appOfItsOwn()
    await app.redis.replicaof('127.0.0.1', 9)
    const engine = app.newEngine({ timeoutMs: 700 })
    const change = engine.taskLimits.setRate('a', 'b', { max: 1, durationMs: 1000 })
    expect(await rejection(change)).toMatchObject({
      code: 'TASKQ_BROKER_UNREACHABLE',
      message: expect.stringMatching(/could not do it within 700ms: READONLY/),
      hint: expect.stringContaining('replica'),
    })
  })
})

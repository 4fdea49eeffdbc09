import { deflateSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { createCodec } from '../../src/codec/codec.js'
import { defineTask } from '../../src/task/define-task.js'
import { brokerOfFile } from '../support/broker.js'
import { testApp } from '../support/test-app.js'

const broker = brokerOfFile()

const echo = () => defineTask({ name: 'echo' }, (_, text: string) => text)

/** An app in whose queue one job has been changed, and another waits behind it; one job runs at once. */
async function appWith(change: Readonly<Record<string, string>>, task = echo()) {
  const app = testApp(broker, { tasks: [task] })
  const hostile = await task.delay('hostile')
  await app.redis.hset(app.keys.job('default', hostile.id), change)
  const healthy = await task.delay('healthy')
  const { events } = await app.worker({ options: { concurrency: 1 } })
  return { app, hostile, healthy, events }
}

describe('a job with a hostile number', () => {
  test.each([
    '"expiresAt":-1e20',
    '"resultTtlMs":1.5',
    '"resultTtlMs":1e300',
    '"timeLimitMs":1e13',
    '"softTimeLimitMs":-5',
    '"retries":-3',
    '"retries":1e9',
    '"taskVersion":1e300',
  ])('runs as if it was not there: %s', async (field) => {
    const task = defineTask({ name: 'large' }, () => 'x'.repeat(9000))
    const { hostile, healthy } = await appWith({ data: `{"v":1,"args":[1],${field}}` }, task as never)
    expect(await hostile.get({ timeout: '5s' })).toHaveLength(9000)
    expect(await healthy.get({ timeout: '5s' })).toHaveLength(9000)
  })

  test.each([
    ['atm', 'zzz'],
    ['atm', '1.5'],
    ['ats', 'zzz'],
    ['stc', '1.5'],
    ['priority', 'zzz'],
    ['timestamp', 'zzz'],
    ['delay', 'zzz'],
  ])('of its own hash (%s: %s) ends as a dead letter or runs, and is never lost', async (field, value) => {
    const { app, hostile, healthy, events } = await appWith({ [field]: value })
    expect(await healthy.get({ timeout: '5s' })).toBe('healthy')
    await events.until(
      () => [...events.of('job.dead-lettered'), ...events.of('job.succeeded')].some(({ id }) => id === hostile.id),
      5000,
      'end of the hostile job',
    )
    expect(events.of('job.result-lost')).toEqual([])
    const found = await app.engine.jobs.find(hostile.id)
    expect(found?.standing.failed || found?.standing.succeeded).toBe(true)
    expect(found?.data).toContain('hostile')
    expect(found?.attemptsMade).toBeLessThan(2)
  })
})

test('jobs of a lost worker come back, whatever one of them has for a counter of crashes', async () => {
  const task = echo()
  const app = testApp(broker, { tasks: [task] })
  const jobs = [await task.delay('a'), await task.delay('b'), await task.delay('c')]
  for (const { id } of jobs) {
    await app.redis.lrem(app.keys.lane('default', 'wait'), 1, id)
    await app.redis.lpush(app.keys.lane('default', 'active'), id)
  }
  await app.redis.hset(app.keys.job('default', jobs[1]?.id ?? ''), 'stc', 'zzz')
  await app.worker({ options: { stallCheckMs: 200 } })
  expect(await Promise.all(jobs.map((job) => job.get({ timeout: '8s' })))).toEqual(['a', 'b', 'c'])
})

test('a job whose end cannot be told to the broker is dead, and its slot is free again', async () => {
  const task = echo()
  const app = testApp(broker, { tasks: [task] })
  const codec = Object.assign(createCodec(), { encodeResult: () => ({ stored: { value: 1n } }) })
  const { events } = await app.worker({ options: { concurrency: 1, codec } })
  const [first, second] = [await task.delay('a'), await task.delay('b')]
  expect(await events.waitFor('job.dead-lettered')).toMatchObject({
    id: first.id,
    failure: { message: expect.stringContaining('BigInt') },
  })
  await events.waitFor('job.dead-lettered', ({ id }) => id === second.id)
})

describe('a job that unpacks to more than can be enqueued', () => {
  test('is refused before it is read', async () => {
    const body = Buffer.concat([Buffer.of(2), deflateSync(`[[${'{},'.repeat(1_000_000)}{}]]`)]).toString('base64')
    const { hostile, healthy } = await appWith({ data: JSON.stringify({ v: 2, body }) })
    expect(await healthy.get({ timeout: '5s' })).toBe('healthy')
    expect(await hostile.error()).toMatchObject({ code: 'TASKQ_PAYLOAD_MALFORMED' })
  })
})

test.each(['__proto__', 'constructor', 'no name'])('a job of the task %j is dead', async (name) => {
  const { hostile, healthy } = await appWith({ name })
  expect(await healthy.get({ timeout: '5s' })).toBe('healthy')
  expect(await hostile.error()).toMatchObject({ code: 'TASKQ_PAYLOAD_MALFORMED' })
})

describe('a job that nobody can read for now', () => {
  test.each(['"sig":"nokey.x","v":1', '"v":99'])('ends when it has expired: %s', async (head) => {
    const { events, hostile } = await appWith({ data: `{${head},"args":[],"expiresAt":1}` })
    expect(await events.waitFor('job.expired')).toMatchObject({ id: hostile.id })
  })
})

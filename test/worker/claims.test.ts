import { describe, expect, test } from 'vitest'
import { defineTask } from '../../src/task/define-task.js'
import type { TaskOptions } from '../../src/task/options.js'
import { brokerOfFile } from '../support/broker.js'
import { takeAndVanish } from '../support/lost-worker.js'
import { type TestApp, testApp } from '../support/test-app.js'

const broker = brokerOfFile()

const echo = (options: TaskOptions) => defineTask({ name: 'echo', ...options }, (_, n: number) => n)

const claimsOf = (app: TestApp) => app.redis.zrange(app.keys.claims, '0', '-1')

describe('a claim', () => {
  test('is looked at soon where a job waits for its end, and else seldom', async () => {
    const task = echo({ keepLatest: { key: (n: number) => n % 2 } })
    const app = testApp(broker, { tasks: [task] })
    await task.delay(1)
    await takeAndVanish(app, 'default', 10_000)
    await task.delay(2)
    const inMinutes = async (key: number) => {
      const at = Number(await app.redis.zscore(app.keys.claims, app.keys.claim('keep-latest', `echo:${key}`)))
      return (at - Date.now()) / 60_000
    }
    for (const key of [0, 1]) expect(await inMinutes(key)).toBeGreaterThan(50)
    await task.delay(3)
    expect(await inMinutes(1)).toBeLessThan(2)
    const claims = await claimsOf(app)
    for (const claim of claims) await app.redis.zadd(app.keys.claims, 0, claim)
    await (await app.side()).sweepClaims()
    expect(await inMinutes(0)).toBeGreaterThan(50)
    expect(await inMinutes(1)).toBeLessThan(2)
  })
})

test('the claim on an id that a caller gave holds as long as its result is kept', async () => {
  const task = echo({})
  const app = testApp(broker, { tasks: [task], config: { queues: { other: {} } } })
  await app.worker()
  const first = await task.applyAsync([1], { taskId: 'a' })
  await first.get()
  const side = await app.side()
  const sweep = async () => {
    for (const claim of await claimsOf(app)) await app.redis.zadd(app.keys.claims, 0, claim)
    await side.sweepClaims()
  }
  await sweep()
  expect(await claimsOf(app)).toEqual([app.keys.claim('id', 'u_a')])
  expect(await task.applyAsync([2], { taskId: 'a', queue: 'other' })).toMatchObject({ deduplicated: true })
  await first.forget()
  await sweep()
  expect(await claimsOf(app)).toEqual([])
  expect(await app.redis.keys(`${app.keys.prefix}~same*`)).toEqual([])
  expect(await task.applyAsync([3], { taskId: 'a', queue: 'other' })).toMatchObject({ deduplicated: false })
})

describe('what is damaged in the broker', () => {
  test('does not keep claims from being freed, nor calls from being jobs', async () => {
    const task = echo({ debounce: '1h' })
    const app = testApp(broker, { tasks: [task] })
    const first = await task.delay(1)
    await app.redis.hset(app.keys.job('default', first.id), 'opts', '{broken', 'timestamp', 'yesterday')
    expect(await task.delay(2)).toMatchObject({ id: first.id, deduplicated: true })
    await app.redis.set(app.keys.claim('unique', 'text'), 'no hash')
    for (const name of ['nothing', app.keys.claim('unique', 'text')]) await app.redis.zadd(app.keys.claims, 0, name)
    await app.redis.zadd(app.keys.claims, 0, app.keys.claim('debounce', 'echo:*'))
    await (await app.side()).sweepClaims()
    expect(await claimsOf(app)).toEqual([app.keys.claim('debounce', 'echo:*')])
  })
})

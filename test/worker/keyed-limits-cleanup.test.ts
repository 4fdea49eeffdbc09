import { expect, test, vi } from 'vitest'
import { purgeQueues } from '../../src/control/purge.js'
import { defineTask } from '../../src/task/define-task.js'
import { brokerOfFile } from '../support/broker.js'
import { consumerOf } from '../support/lost-worker.js'
import { type TestApp, testApp } from '../support/test-app.js'

const broker = brokerOfFile()
const LANE = 'default~work'
const keyed = { name: 'work', maxConcurrency: 1, concurrencyKey: (tenant: string) => tenant } as const

/** What the lane has beside the engine's own keys. */
const leftOf = async (app: TestApp) => (await app.redis.keys(`${app.keys.keyed(LANE, '')}*`)).sort()

test('a lane whose limits are no longer divided keeps nothing of its rows', async () => {
  const work = defineTask(keyed, (_, _tenant: string) => {})
  const app = testApp(broker, { tasks: [work] })
  const side = await app.side()
  await side.lanes.limit('default', 'work', { maxConcurrency: 1, keyed: ['concurrency'] })
  for (let n = 0; n < 12; n++) await work.delay(`t${n % 4}`)
  const divided = await consumerOf(app, LANE)
  const { job } = await divided.pull('token')
  if (job === undefined) throw new Error('no job may start')
  await Promise.all(['1', '2', '3', '4'].map((token) => divided.pull(token)))
  await divided.giveBack(job)
  expect(await leftOf(app)).toEqual(
    expect.arrayContaining(['waiting', 'parked'].map((part) => app.keys.keyed(LANE, part))),
  )
  await side.lanes.limit('default', 'work', { maxConcurrency: 1 })
  await consumerOf(app, LANE)
  await vi.waitFor(async () => expect(await leftOf(app)).toEqual([]))
  expect(await app.redis.llen(app.keys.lane(LANE, 'wait'))).toBe(9)
})

test('a worker of older code leaves the slots alone that keys hold by newer code', async () => {
  const work = defineTask(keyed, (_, _tenant: string) => {})
  const app = testApp(broker, { tasks: [work] })
  const side = await app.side()
  await side.lanes.limit('default', 'work', { maxConcurrency: 1, keyed: ['concurrency'] })
  await work.delay('a')
  await work.delay('a')
  const divided = await consumerOf(app, LANE)
  expect((await divided.pull('token')).job).toBeDefined()
  await consumerOf(app, LANE)
  expect(await app.redis.hgetall(app.keys.keyed(LANE, 'counts'))).toEqual({ a: '1' })
  expect((await divided.pull('other')).job).toBeUndefined()
})

test('a job that is revoked or purged leaves its row', async () => {
  const work = defineTask(keyed, (_, _tenant: string) => {})
  const app = testApp(broker, { tasks: [work] })
  const side = await app.side()
  await side.lanes.limit('default', 'work', { maxConcurrency: 1, keyed: ['concurrency'] })
  const jobs = await Promise.all(Array.from({ length: 4 }, () => work.delay('a')))
  const divided = await consumerOf(app, LANE)
  const held = (await divided.pull('token')).job?.id
  const [revoked] = jobs.filter(({ id }) => id !== held)
  const row = app.keys.keyed(LANE, 'row:0:a')
  expect(await app.redis.zcard(row)).toBe(3)
  expect(await revoked?.revoke()).toBe('removed')
  expect(await app.redis.zcard(row)).toBe(2)
  await purgeQueues(app.engine, {})
  expect(await app.redis.exists(row, app.keys.keyed(LANE, 'waiting'))).toBe(0)
})

import { expect, test } from 'vitest'
import { findUnread, renewSeated } from '../../../src/engine/locks/renew-script.js'
import { defineTask } from '../../../src/task/define-task.js'
import { brokerOfFile } from '../../support/broker.js'
import { consumerOf } from '../../support/lost-worker.js'
import { testApp } from '../../support/test-app.js'

const broker = brokerOfFile()

test('locks are renewed where they are still ours, and nowhere else', async () => {
  const note = defineTask({ name: 'note' }, () => {})
  const app = testApp(broker, { tasks: [note] })
  const [mine, others, over] = await Promise.all([note.delay(), note.delay(), note.delay()])
  const consumer = await consumerOf(app, 'default', 5000)
  for (let job = 0; job < 3; job++) await consumer.pull('mine:0')
  const lock = (id: string) => `${app.keys.job('default', id)}:lock`
  await app.redis.set(lock(others.id), "another's:0", 'PX', 5000)
  await app.redis.del(lock(over.id))
  const base = app.keys.lane('default', '')
  const seats = [mine, others, over].map(({ id }) => ({ base, id, token: 'mine:0' }))
  await app.redis.sadd(`${base}stalled`, mine.id, others.id)
  await renewSeated(app.redis, seats, 60_000)
  expect(await app.redis.pttl(lock(mine.id))).toBeGreaterThan(50_000)
  expect(await app.redis.pttl(lock(others.id))).toBeLessThanOrEqual(5000)
  expect(await app.redis.exists(lock(over.id))).toBe(0)
  expect(await app.redis.smembers(`${base}stalled`)).toEqual([others.id])
})

test('a lock that is over is taken again where the job is as it was taken, and nowhere else', async () => {
  const note = defineTask({ name: 'note' }, () => {})
  const app = testApp(broker, { tasks: [note] })
  const [mine, again, ended] = await Promise.all([note.delay(), note.delay(), note.delay()])
  const consumer = await consumerOf(app, 'default', 5000)
  for (let job = 0; job < 3; job++) await consumer.pull('mine:0')
  const base = app.keys.lane('default', '')
  const seats = [mine, again, ended].map(({ id }) => ({ base, id, token: 'mine:0', taken: 1 }))
  for (const { id } of seats) await app.redis.del(`${base}${id}:lock`)
  // As another worker takes it, whose lock is over by now, too.
  await app.redis.hincrby(app.keys.job('default', again.id), 'ats', 1)
  await app.redis.lrem(`${base}active`, 1, ended.id)
  await app.redis.sadd(`${base}stalled`, mine.id, again.id)
  expect((await renewSeated(app.redis, seats, 60_000)).map(({ id }) => id)).toEqual([again.id, ended.id])
  expect(await app.redis.get(`${base}${mine.id}:lock`)).toBe('mine:0')
  expect(await app.redis.exists(`${base}${again.id}:lock`, `${base}${ended.id}:lock`)).toBe(0)
  expect(await app.redis.smembers(`${base}stalled`)).toEqual([again.id])
})

test('what was handed to the same worker, and it has not read, is found', async () => {
  const note = defineTask({ name: 'note' }, () => {})
  const app = testApp(broker, { tasks: [note] })
  for (let job = 0; job < 3; job++) await note.delay()
  const consumer = await consumerOf(app, 'default', 5000)
  const { job: read } = await consumer.pull('host:1:a:0')
  const { job: unread } = await consumer.pull('host:1:a:1')
  await consumer.pull('host:1:ab:0')
  const base = app.keys.lane('default', '')
  const held = [{ base, id: read?.id ?? '', token: read?.token ?? '' }]
  expect(await findUnread(app.redis, held)).toEqual([{ base, id: unread?.id, token: 'host:1:a:1' }])
  expect(await findUnread(app.redis, [])).toEqual([])
})

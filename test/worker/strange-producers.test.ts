import { expect, test } from 'vitest'
import { listDead } from '../../src/control/dead/dead-letters.js'
import { defineTask } from '../../src/task/define-task.js'
import { brokerOfFile } from '../support/broker.js'
import { plainViewer } from '../support/plain-viewer.js'
import { type TestApp, testApp } from '../support/test-app.js'

const broker = brokerOfFile()

/** Puts a job that nobody can read where workers look, past every producer of taskq. */
async function slipIn(app: TestApp, queue: string): Promise<void> {
  await app.redis.hset(app.keys.job(queue, 'x'), { name: 'echo', data: '{broken', opts: '{}', timestamp: Date.now() })
  await app.redis.lpush(app.keys.lane(queue, 'wait'), 'x')
  await app.redis.zadd(app.keys.lane(queue, 'marker'), 0, '0')
}

test('a queue is seen whose jobs came past every producer', async () => {
  const app = testApp(broker, { tasks: [defineTask({ name: 'echo' }, () => 'ok')] })
  await slipIn(app, 'default')
  const { events } = await app.worker()
  await events.waitFor('job.dead-lettered')
  expect((await app.engine.queueOverviews()).queues).toMatchObject([{ queue: 'default', dead: 1 }])
  expect((await listDead(app.engine, {}, 10, plainViewer([]))).rows).toMatchObject([{ id: 'x', state: 'failed' }])
  expect(await app.engine.jobs.find('x')).toMatchObject({ lane: 'default', data: '{broken' })
})

test('so is a queue that a worker is told to serve, and one that the broker has forgotten', async () => {
  const app = testApp(broker, { tasks: [defineTask({ name: 'echo' }, () => 'ok')] })
  const { events } = await app.worker({ options: { id: 'w' } })
  await app.redis.del(app.keys.lanes)
  await app.engine.command({ name: 'add-queue', queue: 'other' }, ['w'], 10_000)
  await slipIn(app, 'other')
  await events.waitFor('job.dead-lettered')
  expect(await app.engine.lanes()).toEqual(['default', 'other'])
})

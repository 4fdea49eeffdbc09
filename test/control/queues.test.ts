import { expect, test } from 'vitest'
import { pauseQueue, resumeQueue } from '../../src/control/queues.js'
import { defineTask } from '../../src/task/define-task.js'
import { brokerOfFile } from '../support/broker.js'
import { consumerOf } from '../support/lost-worker.js'
import { rejection } from '../support/refusal.js'
import { type TestApp, testApp } from '../support/test-app.js'
import { JobDesk } from './job-desk.js'

const broker = brokerOfFile()

const isPaused = async (app: TestApp, queue: string) =>
  (await app.engine.queueOverviews()).queues.find((one) => one.queue === queue)?.paused
const mayStart = async (app: TestApp, lane: string) => (await (await consumerOf(app, lane)).pull('t')).job?.id

test('pauses all lanes of a queue, and lets them go on', async () => {
  const app = testApp(broker)
  const desk = new JobDesk(app)
  const lanes = ['emails', 'emails~Send', 'emails~Drop', 'emailsarchive']
  for (const lane of lanes) await desk.add(`in-${lane}`, { lane })
  expect(await pauseQueue(app.engine, 'emails')).toEqual({ done: 1, refused: [], text: 'emails is paused' })
  expect(await isPaused(app, 'emails')).toBe(true)
  expect(await isPaused(app, 'emailsarchive')).toBe(false)
  const starts = async () => Promise.all(lanes.map((lane) => mayStart(app, lane)))
  expect(await starts()).toEqual([undefined, undefined, undefined, 'in-emailsarchive'])
  expect(await resumeQueue(app.engine, 'emails')).toEqual({ done: 1, refused: [], text: 'emails goes on' })
  expect(await isPaused(app, 'emails')).toBe(false)
  expect(await starts()).toEqual(['in-emails', 'in-emails~Send', 'in-emails~Drop', undefined])
})

test('a second time nothing changes, and that is told', async () => {
  const app = testApp(broker)
  await new JobDesk(app).add('a')
  await pauseQueue(app.engine, 'default')
  const again = { done: 0, refused: [{ what: 'default', why: 'it was paused already' }] }
  expect(await pauseQueue(app.engine, 'default')).toMatchObject(again)
  await resumeQueue(app.engine, 'default')
  expect(await resumeQueue(app.engine, 'default')).toMatchObject({ done: 0, text: 'default was not paused' })
})

test('a lane that is made meanwhile is paused from its birth, by a producer and by a worker', async () => {
  const app = testApp(broker)
  const desk = new JobDesk(app)
  await desk.add('a', { lane: 'emails' })
  await pauseQueue(app.engine, 'emails')
  await desk.add('b', { lane: 'emails~Send' })
  const { lanes } = await app.side()
  await lanes.limit('emails', 'Drop', { rate: { max: 5, durationMs: 1000 } })
  await desk.add('c', { lane: 'emails~Drop' })
  const mine = ['emails', 'emails~Send', 'emails~Drop']
  for (const lane of mine) expect(await mayStart(app, lane), lane).toBeUndefined()
  await resumeQueue(app.engine, 'emails')
  for (const lane of mine) expect(await mayStart(app, lane), lane).toMatch(/[abc]/)
  await desk.add('d', { lane: 'emails~New' })
  expect(await mayStart(app, 'emails~New')).toBe('d')
})

test('a pause in which a part was left is made whole', async () => {
  const app = testApp(broker)
  const desk = new JobDesk(app)
  await desk.add('a', { lane: 'emails' })
  await desk.add('b', { lane: 'emails~Send' })
  await app.redis.hset(app.keys.lane('emails~Send', 'meta'), 'paused', 1)
  expect(await resumeQueue(app.engine, 'emails')).toMatchObject({ done: 1 })
  expect(await mayStart(app, 'emails~Send')).toBe('b')
})

test('what runs goes on, and a worker that waits takes the next job when the queue goes on', async () => {
  const gate = Promise.withResolvers<void>()
  const slow = defineTask({ name: 'slow' }, () => gate.promise)
  const app = testApp(broker, { tasks: [slow] })
  const { events } = await app.worker({ options: { concurrency: 1 } })
  const first = await slow.delay()
  await events.waitFor('job.started')
  await pauseQueue(app.engine, 'default')
  const second = await slow.delay()
  gate.resolve()
  await events.waitFor('job.succeeded', ({ id }) => id === first.id)
  expect(events.of('job.started')).toHaveLength(1)
  await resumeQueue(app.engine, 'default')
  await events.waitFor('job.succeeded', ({ id }) => id === second.id)
})

test('a queue that a worker serves can be paused before its first job', async () => {
  const app = testApp(broker)
  await app.worker({ queues: ['reports'] })
  expect(await pauseQueue(app.engine, 'reports')).toMatchObject({ done: 1 })
  expect(await isPaused(app, 'reports')).toBe(true)
})

test('an unknown queue is refused with the nearest name', async () => {
  const app = testApp(broker)
  await new JobDesk(app).add('a', { lane: 'emails' })
  expect(await rejection(pauseQueue(app.engine, 'emials'))).toMatchObject({
    code: 'TASKQ_QUEUE_UNKNOWN',
    message: 'no queue is named "emials" (did you mean emails?)',
    data: { queue: 'emials' },
  })
  expect(await rejection(resumeQueue(app.engine, 'x'.repeat(5000)))).toMatchObject({ code: 'TASKQ_QUEUE_UNKNOWN' })
  expect(await app.engine.lanes()).toEqual(['emails'])
})

import { describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { readJob } from '../../src/control/job-report.js'
import { readJobDetail } from '../../src/control/jobs-detail.js'
import { defineTask } from '../../src/task/define-task.js'
import { forgetTasks } from '../../src/task/registry.js'
import { brokerOfFile } from '../support/broker.js'
import { plainViewer } from '../support/plain-viewer.js'
import { rejection } from '../support/refusal.js'
import { testApp } from '../support/test-app.js'

const broker = brokerOfFile()
const viewer = plainViewer([])

const echo = () => defineTask({ name: 'echo' }, (_, text: string) => text)

describe('a job that cannot be run', () => {
  test.each([
    ['data', '{broken'],
    ['data', 'null'],
    ['data', ''],
    ['timestamp', 'yesterday'],
    ['stc', 'many'],
  ])('with a broken %s (%j) does not stop the queue', async (field, text) => {
    const task = echo()
    const app = testApp(broker, { tasks: [task] })
    const broken = await task.delay('broken')
    await app.redis.hset(app.keys.job('default', broken.id), field, text)
    const { events } = await app.worker()
    const healthy = await task.delay('healthy')
    expect(await healthy.get({ timeout: '10s' })).toBe('healthy')
    await events.until(
      () => [...events.of('job.dead-lettered'), ...events.of('job.succeeded')].some(({ id }) => id === broken.id),
      10_000,
      'end of the broken job',
    )
    expect((await app.engine.queueOverviews()).queues).toMatchObject([{ queued: 0, scheduled: 0, active: 0 }])
  })

  test('because its data are malformed becomes a dead letter that keeps them', async () => {
    const task = echo()
    const app = testApp(broker, { tasks: [task] })
    const broken = await task.delay('broken')
    await app.redis.hset(app.keys.job('default', broken.id), 'data', '{broken')
    const { events } = await app.worker()
    const dead = await events.waitFor('job.dead-lettered')
    expect(dead).toMatchObject({ id: broken.id, failure: { code: 'TASKQ_PAYLOAD_MALFORMED' } })
    expect(await broken.failed()).toBe(true)
    expect(await app.engine.jobs.find(broken.id)).toMatchObject({ data: '{broken', standing: { failed: true } })
  })

  test.each([
    ['{broken', 1],
    ['null', 1],
    ['{broken', 0],
  ])('because its options are %s becomes a dead letter', async (opts, concurrency) => {
    const task = echo()
    const app = testApp(broker, { tasks: [task] })
    const first = await task.delay('first')
    const broken = await task.delay('broken')
    const last = await task.delay('last')
    await app.redis.hset(app.keys.job('default', broken.id), 'opts', opts)
    // With one slot the broken job is handed over by the end of the first, with ten by a pull of its own.
    const { events } = await app.worker(concurrency === 1 ? { options: { concurrency } } : {})
    expect(await Promise.all([first.get(), last.get()])).toEqual(['first', 'last'])
    await events.waitFor('job.dead-lettered', (event) => event.id === broken.id)
    expect(await broken.error()).toMatchObject({ code: 'TASKQ_PAYLOAD_MALFORMED' })
    expect(events.of('job.result-lost')).toEqual([])
  })

  test('because its hash is gone is passed over', async () => {
    const task = echo()
    const app = testApp(broker, { tasks: [task] })
    const gone = await task.delay('gone')
    await app.redis.del(app.keys.job('default', gone.id))
    await app.worker()
    const healthy = await task.delay('healthy')
    expect(await healthy.get({ timeout: '10s' })).toBe('healthy')
  })

  test('because a later taskq wrote it waits for one', async () => {
    const task = echo()
    const app = testApp(broker, { tasks: [task] })
    const later = await task.delay('x')
    const data = '{"v":99,"kwargs":{"text":"x"}}'
    await app.redis.hset(app.keys.job('default', later.id), 'data', data)
    const { events } = await app.worker()
    expect(await events.waitFor('job.postponed')).toMatchObject({ reason: expect.stringContaining('version 99') })
    expect(await app.engine.jobs.find(later.id)).toMatchObject({ data, attemptsMade: 0, standing: { delayed: true } })
  })

  test('because it is put aside says why where it is looked at, until it is taken again', async () => {
    const app = testApp(broker, { tasks: [echo()] })
    const later = await app.client.enqueue('echo', ['x'])
    const good = await app.redis.hget(app.keys.job('default', later.id), 'data')
    await app.redis.hset(app.keys.job('default', later.id), 'data', '{"v":99,"args":["x"]}')
    const { events } = await app.worker()
    const { reason: putAside } = await events.waitFor('job.postponed')
    await vi.waitFor(async () => expect(await readJob(app.engine, later.id, viewer)).toMatchObject({ putAside }))
    expect(await readJob(app.engine, later.id, viewer)).not.toHaveProperty('startedAt')
    const detail = await readJobDetail(app.engine, later.id, viewer)
    expect(detail).toMatchObject({ putAside, state: 'scheduled', timeline: [{ what: 'enqueued' }] })
    expect(await rejection(later.get({ timeout: 50 }))).toMatchObject({ hint: `It was put aside: ${putAside}.` })
    await app.redis.hset(app.keys.job('default', later.id), 'data', good ?? '')
    await app.engine.jobEdits.promote({ id: later.id, lane: 'default' })
    await events.waitFor('job.succeeded')
    expect(await readJob(app.engine, later.id, viewer)).not.toHaveProperty('putAside')
  })

  test("because its task's schema refuses its arguments is dead at once, and does not stop the queue", async () => {
    const schema = z.tuple([z.email()])
    const send = defineTask({ name: 'send', retries: 5, schema }, (_, to: string) => to)
    const app = testApp(broker, { tasks: [send] })
    const { events } = await app.worker()
    forgetTasks('send')
    const client = app.newClient()
    const refused = await client.enqueue('send', ['nobody'])
    const healthy = await client.enqueue('send', ['a@b.cd'])
    expect(await healthy.get({ timeout: '10s' })).toBe('a@b.cd')
    const dead = await events.waitFor('job.dead-lettered')
    const message = 'send: args[0]: Invalid email address'
    expect(dead).toMatchObject({ id: refused.id, attempt: 1, failure: { code: 'TASKQ_PAYLOAD_INVALID', message } })
    expect(events.of('job.retried')).toEqual([])
    expect(await rejection(refused.get())).toMatchObject({
      code: 'TASKQ_JOB_FAILED',
      failure: { code: 'TASKQ_PAYLOAD_INVALID', message },
    })
  })

  test('because it took its worker down too often is dead, and says so to who waits', async () => {
    const task = echo()
    const app = testApp(broker, { tasks: [task] })
    const poison = await task.delay('x')
    const crashes = JSON.stringify({ seen: 3, proven: Array(3).fill(Date.now()), nearby: [] })
    await app.redis.hset(app.keys.job('default', poison.id), { stc: '3', crashes })
    const { events } = await app.worker()
    await events.waitFor('job.dead-lettered')
    expect(events.of('job.started')).toHaveLength(1)
    await expect(poison.get({ timeout: '5s' })).rejects.toMatchObject({ code: 'TASKQ_JOB_CRASHED' })
    expect(await poison.state()).toBe('dead')
  })
})

describe('a task that throws no Error', () => {
  test.each([[undefined], [null], ['boom'], [{ code: 7 }]])('%j: the job fails with a message', async (thrown) => {
    const odd = defineTask({ name: 'odd' }, () => Promise.reject(thrown))
    const app = testApp(broker, { tasks: [odd] })
    await app.worker()
    const result = await odd.delay()
    await expect(result.get({ timeout: '10s' })).rejects.toMatchObject({
      code: 'TASKQ_JOB_FAILED',
      failure: { name: 'NonError', message: expect.stringContaining('no Error was thrown') },
    })
  })
})

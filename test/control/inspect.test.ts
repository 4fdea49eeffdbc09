import { describe, expect, test, vi } from 'vitest'

import { ageMs } from '../../src/control/heartbeat-age.js'
import { inspectConf, inspectPing } from '../../src/control/inspect-bus.js'
import { inspectScheduled, queryJobs } from '../../src/control/inspect-jobs.js'
import { inspectActive, inspectRegistered, inspectReserved, inspectStats } from '../../src/control/inspect-workers.js'
import { defineTask } from '../../src/task/define-task.js'
import { brokerOfFile } from '../support/broker.js'
import { fakeHeartbeat } from '../support/fake-worker.js'
import { chainOf, end } from '../support/ledger.js'
import { plainViewer } from '../support/plain-viewer.js'
import { rejection } from '../support/refusal.js'
import { testApp } from '../support/test-app.js'

const broker = brokerOfFile()
const SINCE = 1_800_000_000_000
const HOUR = 3_600_000
const viewer = plainViewer([])

describe('from heartbeats', () => {
  test('active tells the jobs in the slots, with their age, and asks nobody', async () => {
    const app = testApp(broker)
    const now = Date.now()
    const slots = [{ id: 'j1', task: 'send', queue: 'emails', attempt: 2, startedAt: now - 90_000 }]
    await fakeHeartbeat(app, '1', { active: 3, slots, beatAt: now })
    await fakeHeartbeat(app, '2')
    const command = vi.spyOn(app.engine, 'command')
    const [first, second] = await inspectActive(app.engine)
    expect(first).toMatchObject({
      worker: '1@h',
      id: '1',
      jobs: [{ id: 'j1', task: 'send', queue: 'emails', attempt: 2, startedAt: new Date(now - 90_000).toISOString() }],
      more: 2,
    })
    expect(first?.jobs[0]?.ageMs).toBeGreaterThanOrEqual(90_000)
    expect(first?.jobs[0]?.ageMs).toBeLessThan(110_000)
    expect(second).toEqual({ worker: '2@h', id: '2', pid: 1, jobs: [], more: 0 })
    expect(command).not.toHaveBeenCalled()
  })

  test('stats tell what a worker is, has done and costs', async () => {
    const app = testApp(broker)
    const process = { rssBytes: 1e8, cpu: 0.5, loopLagMs: 3, node: '24.0.0' }
    const more = { succeeded: 7, failed: 2, startedAt: SINCE, beatAt: SINCE + 60_000, autoscale: { min: 1, max: 4 } }
    await fakeHeartbeat(app, '1', { ...more, process })
    await fakeHeartbeat(app, '2', { stopping: true })
    const [first, second] = await inspectStats(app.engine)
    expect(first).toMatchObject({
      worker: '1@h',
      host: 'h',
      pid: 1,
      queues: ['default'],
      tasks: 1,
      concurrency: 10,
      autoscale: { min: 1, max: 4 },
      succeeded: 7,
      failed: 2,
      startedAt: new Date(SINCE).toISOString(),
      uptimeMs: expect.any(Number),
      heardMs: expect.any(Number),
      stopping: false,
      process,
    })
    expect(second).toMatchObject({ stopping: true })
    expect(second).not.toHaveProperty('process')
  })

  test('reserved is nothing, and says why', async () => {
    const app = testApp(broker)
    await fakeHeartbeat(app, '1')
    expect(await inspectReserved(app.engine)).toEqual({
      workers: [{ worker: '1@h', id: '1', pid: 1, jobs: [] }],
      why: expect.stringContaining('prefetches nothing'),
    })
  })

  test('registered tells where tasks go, and the rate that holds', async () => {
    const app = testApp(broker)
    const { registry, lanes } = await app.side()
    await registry.announceTasks(new Map([['send', { queue: 'emails', limited: true, ignoreResult: false }]]))
    await lanes.limit('emails', 'send', { rate: { max: 1, durationMs: 600 } })
    await fakeHeartbeat(app, '1', { tasks: ['send', 'other'] })
    expect(await inspectRegistered(app.engine)).toEqual([
      {
        worker: '1@h',
        id: '1',
        pid: 1,
        tasks: [
          { task: 'other', queue: undefined },
          { task: 'send', queue: 'emails', rateLimit: '100/m', overridden: false },
        ],
      },
    ])
  })

  test('nobody lives: nothing is told; a name that is nobody’s is refused', async () => {
    const app = testApp(broker)
    expect(await inspectActive(app.engine)).toEqual([])
    expect(await inspectStats(app.engine)).toEqual([])
    await fakeHeartbeat(app, '1', { name: 'emails@web-1' })
    expect(await inspectActive(app.engine, { destination: ['emails'] })).toHaveLength(1)
    for (const inspect of [inspectActive, inspectStats, inspectReserved, inspectRegistered]) {
      expect(await rejection(inspect(app.engine, { destination: ['emial'] }))).toMatchObject({
        code: 'TASKQ_CONTROL_NO_WORKER',
        message: expect.stringContaining('did you mean emails?'),
      })
    }
  })
})

test.each([
  ['as it was, and what passed since', { beatAt: SINCE + 3000, heardAt: SINCE + 3000 }, 5000],
  ['a worker whose clock is an hour fast', { beatAt: SINCE + 3000, heardAt: SINCE + 3000 - HOUR }, 5000],
  ['a worker whose clock is an hour slow', { beatAt: SINCE + 3000, heardAt: SINCE + 3000 + HOUR }, 5000],
  ['a worker of which is not known when it was heard', { beatAt: SINCE + 3000 }, 3000],
])('how long ago something was: %s', (_, facts: { beatAt: number; heardAt?: number }, expected) => {
  expect(ageMs(SINCE, facts, (facts.heardAt ?? SINCE) + 2000)).toBe(expected)
})

test('how long ago something was: a worker that does not tell when it spoke', () => {
  expect(ageMs(SINCE, {}, SINCE + 7000)).toBe(7000)
})

test('a worker whose clock is wrong is not silent', async () => {
  const app = testApp(broker)
  await fakeHeartbeat(app, 'slow', { beatAt: Date.now() - 100_000, startedAt: Date.now() - 160_000 })
  const [stats] = await inspectStats(app.engine)
  expect(stats?.heardMs).toBeLessThan(5000)
  expect(stats?.uptimeMs).toBeGreaterThanOrEqual(60_000)
  expect(stats?.uptimeMs).toBeLessThan(65_000)
})

describe('from the workers themselves', () => {
  test('ping and conf are answered by those that live', async () => {
    const echo = defineTask({ name: 'echo' }, (_, text: string) => text)
    const app = testApp(broker, { tasks: [echo] })
    await app.worker({ name: 'amy' })
    await fakeHeartbeat(app, 'frozen')
    const ping = await inspectPing(app.engine, { timeoutMs: 500 })
    expect(ping).toMatchObject({ answers: [{ ok: true, worker: expect.stringMatching(/^amy@/) }] })
    expect(ping.silent).toEqual([{ id: 'frozen', name: 'frozen@h', pid: 1, heardMs: expect.any(Number) }])
    const conf = await inspectConf(app.engine, { destination: ['amy'], timeoutMs: 5000 })
    expect(conf.answers).toMatchObject([{ ok: true, data: expect.any(Object) }])
    expect(JSON.parse(JSON.stringify(conf))).toEqual(conf)
  })
})

describe('jobs', () => {
  test('that wait for their time are told, the next first', async () => {
    const app = testApp(broker)
    const later = await app.client.enqueue('send', [{ password: 'x', to: 'amy' }], { countdown: '2h' })
    const sooner = await app.client.enqueue('send', [], { countdown: '1h', queue: 'emails' })
    await app.client.enqueue('send', [])
    const report = await inspectScheduled(app.engine, {}, viewer)
    expect(report.total).toBe(2)
    expect(report.jobs.map(({ id, queue, state }) => ({ id, queue, state }))).toEqual([
      { id: sooner.id, queue: 'emails', state: 'scheduled' },
      { id: later.id, queue: 'default', state: 'scheduled' },
    ])
    expect(report.jobs[0]?.dueInMs).toBeGreaterThan(3_500_000)
    expect(report.jobs[0]?.dueInMs).toBeLessThanOrEqual(3_600_000)
    expect(report.jobs[1]?.args).toContain('amy')
    expect(report.jobs[1]?.args).not.toContain('"x"')
    const ofQueue = await inspectScheduled(app.engine, { queue: 'emails' }, viewer)
    expect(await rejection(inspectScheduled(app.engine, { queue: 'emials' }, viewer))).toMatchObject({
      code: 'TASKQ_QUEUE_UNKNOWN',
      message: 'no queue is named "emials" (did you mean emails?)',
    })
    expect(ofQueue.jobs.map(({ id }) => id)).toEqual([sooner.id])
    expect((await inspectScheduled(app.engine, { limit: 1 }, viewer)).jobs.map(({ id }) => id)).toEqual([sooner.id])
  })

  test('that failed and run again are among them, with why', async () => {
    const fails = defineTask({ name: 'fails', retries: 1, backoff: { delay: '1h', jitter: false } }, () => {
      throw new Error('no luck')
    })
    const app = testApp(broker, { tasks: [fails] })
    const { events } = await app.worker()
    const { id } = await app.client.enqueue('fails', [])
    await events.waitFor('job.retried')
    const { jobs } = await inspectScheduled(app.engine, {}, viewer)
    expect(jobs).toMatchObject([{ id, state: 'retrying', attempts: 1, error: expect.stringContaining('no luck') }])
  })

  test('are found by their ids; one that is not there is unknown', async () => {
    const app = testApp(broker)
    const { id } = await app.client.enqueue('send', ['secret'])
    await fakeHeartbeat(app, '1', { slots: [{ id, task: 'send', queue: 'default', attempt: 1, startedAt: 1 }] })
    const [missing, found] = await queryJobs(app.engine, ['nowhere', id], viewer)
    expect(missing).toEqual({ id: 'nowhere', state: 'unknown' })
    // A heartbeat may be older than the job's end, or its start: only a job that is active has a worker.
    expect(found).toEqual({
      id,
      task: 'send',
      queue: 'default',
      state: 'queued',
      attempts: 0,
      enqueuedAt: expect.stringMatching(/^\d{4}-.*Z$/),
    })
  })

  test('may be workflows', async () => {
    const app = testApp(broker)
    await app.engine.workflows.create(chainOf('w_flow', 2))
    await end(app, 'w_flow', 0, 'd', 1)
    const [flow, missing] = await queryJobs(app.engine, ['w_flow', 'w_nowhere'], viewer)
    expect(flow).toEqual({
      ...{ id: 'w_flow', name: 'w_flow', state: 'running', jobs: { done: 1, failed: 0, total: 2 } },
      createdAt: expect.stringMatching(/^\d{4}-.*Z$/),
    })
    expect(missing).toEqual({ id: 'w_nowhere', state: 'unknown' })
  })

  test('are told without the secrets of their progress', async () => {
    const app = testApp(broker)
    const { id } = await app.client.enqueue('send', [])
    await app.redis.hset(app.keys.job('default', id), 'progress', '{"step":2,"token":"s3cret-canary"}')
    const [job] = await queryJobs(app.engine, [id], viewer)
    expect(job).toMatchObject({ progress: { step: 2, token: '***' } })
  })

  test('that run are told with their worker', async () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    const waits = defineTask({ name: 'waits' }, () => promise)
    const app = testApp(broker, { tasks: [waits] })
    const { events } = await app.worker({ name: 'amy' })
    const { id } = await app.client.enqueue('waits', [])
    await events.waitFor('job.started')
    await expect
      .poll(async () => (await queryJobs(app.engine, [id], viewer))[0], { timeout: 10_000 })
      .toMatchObject({ id, state: 'active', worker: expect.stringMatching(/^amy@/) })
    expect((await inspectActive(app.engine))[0]?.jobs).toMatchObject([{ id, task: 'waits', attempt: 1 }])
    resolve()
    await events.waitFor('job.succeeded')
  })
})

import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { WorkerSide } from '../../src/engine/workers/worker-side.js'
import { TaskqError } from '../../src/errors/taskq-error.js'
import { defineTask } from '../../src/task/define-task.js'
import { freePort } from '../faults/kit/redis-server.js'
import { brokerOfFile, noRedis, startBroker } from '../support/broker.js'
import { proxyTo } from '../support/proxy.js'
import { rejection } from '../support/refusal.js'
import { testApp } from '../support/test-app.js'

const broker = brokerOfFile()

describe('a broker that is away', () => {
  test('while a task runs: its result is kept, and no run is lost or doubled', async () => {
    const gate = Promise.withResolvers<void>()
    let runs = 0
    const slow = defineTask({ name: 'slow' }, async () => {
      runs++
      await gate.promise
      return 'kept'
    })
    const proxy = await proxyTo(broker)
    const app = testApp(proxy, { tasks: [slow] })
    const { events } = await app.worker()
    const result = await slow.delay()
    await events.waitFor('job.started')
    proxy.mode = 'refuse'
    proxy.cut()
    gate.resolve()
    await events.waitFor('broker.trouble')
    proxy.mode = 'pass'
    expect(await result.get({ timeout: '20s' })).toBe('kept')
    expect(runs).toBe(1)
    expect(events.of('job.result-lost')).toEqual([])
  })

  test('is waited for by an idle worker, which then goes on', async () => {
    const note = defineTask({ name: 'note' }, (_, n: number) => n)
    const proxy = await proxyTo(broker)
    const app = testApp(proxy, { tasks: [note] })
    await app.worker()
    expect(await (await note.delay(1)).get({ timeout: '10s' })).toBe(1)
    proxy.cut()
    expect(await (await note.delay(2)).get({ timeout: '15s' })).toBe(2)
    proxy.cut()
    expect(await (await note.delay(3)).get({ timeout: '15s' })).toBe(3)
  })

  test('with its connections open is noticed; the worker goes on when it answers', {
    timeout: 40_000,
  }, async () => {
    const proxy = await proxyTo(broker)
    const task = defineTask({ name: 'echo' }, (_, text: string) => text)
    const app = testApp(proxy, { tasks: [task] })
    const { events } = await app.worker()
    proxy.mode = 'blackhole'
    await events.waitFor('broker.trouble', ({ message }) => message.includes('was silent for 5s'), 20_000)
    proxy.mode = 'pass'
    await task.delay('there again')
    await events.waitFor('job.succeeded', undefined, 15_000)
  })

  test('does not keep a worker from ending whose queue was cancelled while a job ran', {
    timeout: 30_000,
  }, async () => {
    const hangs = defineTask({ name: 'hangs' }, () => new Promise(() => {}))
    const proxy = await proxyTo(broker)
    const app = testApp(proxy, { tasks: [hangs] })
    const { worker, events } = await app.worker({ options: { id: 'w', shutdownMs: 100 } })
    await hangs.delay()
    await events.waitFor('job.started')
    expect(await app.engine.command({ name: 'cancel-queue', queue: 'default' }, ['w'], 5000)).toMatchObject([
      { ok: true },
    ])
    proxy.mode = 'refuse'
    proxy.cut()
    await events.waitFor('broker.trouble')
    void worker.stop()
    const ended = await Promise.race([worker.done.then(() => 'ended'), sleep(15_000).then(() => 'hangs')])
    proxy.mode = 'pass'
    expect(ended).toBe('ended')
  })

  test('does not keep a hurried worker, which names the finished jobs that it could not tell of', async () => {
    const gate = Promise.withResolvers<void>()
    const ends = defineTask({ name: 'ends' }, () => gate.promise)
    const hangs = defineTask({ name: 'hangs' }, () => new Promise(() => {}))
    const proxy = await proxyTo(broker)
    const app = testApp(proxy, { tasks: [ends, hangs] })
    const { worker, events } = await app.worker({ options: { shutdownMs: 60_000 } })
    const [finished] = [await ends.delay(), await hangs.delay()]
    await events.count('job.started', 2)
    proxy.mode = 'blackhole'
    gate.resolve()
    void worker.stop()
    worker.hurry()
    await worker.outlived
    expect(worker.state).toBe('stopping')
    const told = events.of('broker.trouble').filter(({ message }) => message.includes('will run again'))
    expect(told).toMatchObject([{ message: expect.stringContaining(`again: ends (${finished.id})`) }])
    proxy.mode = 'pass'
  })

  test('does not keep an idle worker for its whole grace', { timeout: 30_000 }, async () => {
    const task = defineTask({ name: 'echo' }, (_, text: string) => text)
    const proxy = await proxyTo(broker)
    const app = testApp(proxy, { tasks: [task] })
    const { worker, events } = await app.worker({ options: { shutdownMs: 60_000 } })
    proxy.mode = 'refuse'
    proxy.cut()
    await events.waitFor('broker.trouble')
    void worker.stop()
    const ended = await Promise.race([worker.done.then(() => 'ended'), sleep(15_000).then(() => 'waits')])
    proxy.mode = 'pass'
    expect(ended).toBe('ended')
  })

  test('and silent does not keep a worker that gives up, though its counts are on their way', {
    timeout: 30_000,
  }, async () => {
    const task = defineTask({ name: 'echo' }, (_, text: string) => text)
    const proxy = await proxyTo(broker)
    const app = testApp(proxy, { tasks: [task] })
    const recording = vi.spyOn(WorkerSide.prototype, 'recordStats')
    onTestFinished(() => recording.mockRestore())
    const { worker, events } = await app.worker()
    await task.delay('counted')
    await events.waitFor('job.succeeded')
    recording.mockClear()
    proxy.mode = 'blackhole'
    await vi.waitFor(() => expect(recording).toHaveBeenCalled(), 5000)
    worker.giveUp(new TaskqError('TASKQ_WORKER_STUCK', 'the broker says nothing'))
    const ended = await Promise.race([worker.done.then(() => 'ended'), sleep(12_000).then(() => 'hangs')])
    proxy.mode = 'pass'
    expect(ended).toBe('ended')
  })

  test('at the start is told in time, with where it was looked for', async () => {
    const port = await freePort()
    const app = testApp({ url: `redis://127.0.0.1:${port}` }, { config: { enqueueTimeout: '300ms' } })
    const startedAt = performance.now()
    const error = await rejection(app.engine.openWorkerSide())
    expect(error).toMatchObject({ code: 'TASKQ_BROKER_UNREACHABLE' })
    expect((error as Error).message).toMatch(new RegExp(`127\\.0\\.0\\.1:${port}.*ECONNREFUSED`))
    expect(performance.now() - startedAt).toBeLessThan(2500)
  })
})

describe('a reply that was lost', () => {
  test('to the end of a run: the result is there, and the job does not run again', async () => {
    const gate = Promise.withResolvers<void>()
    let runs = 0
    const slow = defineTask({ name: 'slow' }, async () => {
      runs++
      await gate.promise
      return 'kept'
    })
    const proxy = await proxyTo(broker)
    const app = testApp(proxy, { tasks: [slow] })
    const { events } = await app.worker()
    const result = await slow.delay()
    await events.waitFor('job.started')
    proxy.loseReply((request) => /eval/i.test(request) && request.includes(result.id))
    gate.resolve()
    expect(await result.get({ timeout: '15s' })).toBe('kept')
    expect(proxy.dropped).toBe(1)
    expect(runs).toBe(1)
    expect((await app.engine.queueOverviews()).queues).toMatchObject([{ queued: 0, active: 0, succeeded: 1, dead: 0 }])
  })

  test('to the question for a job: it runs all the same, soon, and as its first run', async () => {
    const attempts: number[] = []
    const note = defineTask({ name: 'note' }, ({ request }) => void attempts.push(request.attempt))
    const proxy = await proxyTo(broker)
    const app = testApp(proxy, { tasks: [note], config: { worker: { lock: 1000, stallCheck: 100 } } })
    const result = await note.delay()
    proxy.loseReply((request) => /eval/i.test(request) && request.includes('w1:'))
    await app.worker({ options: { id: 'w1' } })
    await result.get({ timeout: '15s' })
    expect(proxy.dropped).toBe(1)
    expect(attempts).toEqual([1])
  })
})

describe('a broker that takes no writes for a while', () => {
  test('does not make errors storm, and finished work is not done again', async ({ skip }) => {
    skip(noRedis !== undefined, noRedis)
    const gate = Promise.withResolvers<void>()
    let runs = 0
    const slow = defineTask({ name: 'slow' }, async () => {
      runs++
      await gate.promise
      return 'kept'
    })
    const app = testApp(broker, { tasks: [slow] })
    const { events } = await app.worker()
    const result = await slow.delay()
    await events.waitFor('job.started')
    await app.redis.replicaof('127.0.0.1', 9)
    gate.resolve()
    await new Promise((resolve) => setTimeout(resolve, 1000))
    const stats = (await app.redis.info('commandstats')) as string
    await app.redis.replicaof('NO', 'ONE')
    expect(await result.get({ timeout: '20s' })).toBe('kept')
    expect(runs).toBe(1)
    expect(events.of('broker.trouble').length).toBeLessThan(10)
    const calls = [...stats.matchAll(/cmdstat_evalsha:calls=(\d+)/g)].map(([, count]) => Number(count))
    expect(Math.max(0, ...calls)).toBeLessThan(500)
  })
})

test.skipIf(noRedis !== undefined)(
  'a broker that is full is told as that, not as one that does not answer',
  {
    timeout: 60_000,
  },
  async () => {
    const own = await startBroker()
    onTestFinished(() => own.stop())
    const app = testApp(own, { tasks: [defineTask({ name: 'idle' }, () => {})] })
    const { worker } = await app.worker()
    await app.redis.config('SET', 'maxmemory', '1')
    await vi.waitFor(() => expect(worker.trouble).toMatch(/^the broker refuses .*OOM/), {
      timeout: 40_000,
      interval: 500,
    })
    await app.redis.config('SET', 'maxmemory', '0')
    await vi.waitFor(() => expect(worker.trouble).toBeUndefined(), { timeout: 15_000, interval: 200 })
  },
)

test('a connection that is cut while a worker starts to wait for jobs is made again', async () => {
  const proxy = await proxyTo(broker)
  const app = testApp(proxy, { tasks: [defineTask({ name: 'done' }, () => 'done')] })
  const { worker } = await app.createWorker({})
  let handshakes = 0
  // The first is of the connection that listens to commands, the second of the one that waits for jobs.
  proxy.loseReplies((request) => /\binfo\b/i.test(request) && ++handshakes === 2)
  await worker.start()
  expect(proxy.dropped).toBe(1)
  const result = await app.client.enqueue('done', [])
  expect(await result.get({ timeout: '10s' })).toBe('done')
})

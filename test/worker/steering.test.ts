import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { LaneConsumer } from '../../src/engine/consumer.js'
import type { WorkerCommand } from '../../src/engine/control/worker-command.js'
import { defineTask } from '../../src/task/define-task.js'
import type { Worker } from '../../src/worker/worker.js'
import { brokerOfFile, noRedis } from '../support/broker.js'
import { type TestApp, testApp } from '../support/test-app.js'

const broker = brokerOfFile()

/** What a worker answers to a command. */
async function tell(app: TestApp, command: WorkerCommand, targets = ['w']) {
  const replies = await app.engine.command(command, targets, 10_000)
  return replies.map(({ ok, text }) => ({ ok, text }))
}

/** A task whose runs wait until they are let go, one by one or all. */
function gatedTask(name = 'gated') {
  const gates: (() => void)[] = []
  let most = 0
  let active = 0
  const task = defineTask({ name }, async () => {
    most = Math.max(most, ++active)
    await new Promise<void>((resolve) => gates.push(resolve))
    active--
  })
  return {
    task,
    active: () => active,
    most: () => most,
    letGo: (count = Number.POSITIVE_INFINITY) => {
      for (const open of gates.splice(0, count)) open()
    },
  }
}

const many = (count: number, send: () => Promise<unknown>) => Promise.all(Array.from({ length: count }, send))
const factsOf = async (app: TestApp) => (await app.engine.workers()).find(({ id }) => id === 'w')
const ended = (worker: Worker) => worker.done.then(() => true)

describe('concurrency', () => {
  test('grows at once, and is told', async () => {
    const gated = gatedTask()
    const app = testApp(broker, { tasks: [gated.task], config: { worker: { concurrency: 1 } } })
    await many(6, () => gated.task.delay())
    const { events } = await app.worker({ options: { id: 'w' } })
    await events.count('job.started', 1)
    expect(await tell(app, { name: 'concurrency', slots: 3 })).toEqual([
      { ok: true, text: 'concurrency is 3 now (was 1)' },
    ])
    await events.count('job.started', 3)
    expect(await tell(app, { name: 'pool-grow', by: 2 })).toEqual([{ ok: true, text: 'concurrency is 5 now (was 3)' }])
    await events.count('job.started', 5)
    expect(gated.active()).toBe(5)
    await vi.waitFor(async () => expect(await factsOf(app)).toMatchObject({ concurrency: 5 }))
    expect(events.of('worker.steered').map(({ command }) => command)).toEqual(['concurrency', 'pool-grow'])
    gated.letGo()
    await events.count('job.started', 6)
    gated.letGo()
  })

  test('shrinks without a job being interrupted: slots go as they become free', async () => {
    const gated = gatedTask()
    const app = testApp(broker, { tasks: [gated.task], config: { worker: { concurrency: 4 } } })
    await many(12, () => gated.task.delay())
    const { events } = await app.worker({ options: { id: 'w' } })
    await events.count('job.started', 4)
    expect(await tell(app, { name: 'pool-shrink', by: 3 })).toEqual([
      { ok: true, text: 'concurrency is 1 now (was 4)' },
    ])
    expect(gated.active()).toBe(4)
    for (let ended = 1; ended <= 3; ended++) {
      gated.letGo(1)
      await events.count('job.succeeded', ended)
    }
    expect(events.of('job.started'), 'none began in their place').toHaveLength(4)
    for (let ended = 4; ended <= 12; ended++) {
      await events.count('job.started', ended)
      expect(gated.active()).toBe(1)
      gated.letGo(1)
      await events.count('job.succeeded', ended)
    }
  })

  test('is never less than one, and the worker ends as ever after it shrank', async () => {
    const gated = gatedTask()
    const app = testApp(broker, { tasks: [gated.task], config: { worker: { concurrency: 3 } } })
    await many(3, () => gated.task.delay())
    const { worker, events } = await app.worker({ options: { id: 'w' }, burst: true })
    await events.count('job.started', 3)
    expect(await tell(app, { name: 'pool-shrink', by: 100 })).toEqual([
      { ok: true, text: 'concurrency is 1 now (was 3)' },
    ])
    gated.letGo()
    expect(await ended(worker)).toBe(true)
    expect(events.of('job.succeeded')).toHaveLength(3)
  })

  test('of one queue is a part of it', async () => {
    const gated = gatedTask()
    const app = testApp(broker, { tasks: [gated.task], config: { worker: { concurrency: 10 } } })
    await many(10, () => gated.task.applyAsync([], { queue: 'small' }))
    const { events } = await app.worker({ options: { id: 'w' }, queues: ['small', 'other'] })
    await events.count('job.started', 10)
    await many(5, () => gated.task.applyAsync([], { queue: 'small' }))
    expect(await tell(app, { name: 'concurrency', slots: 2, queue: 'small' })).toEqual([
      { ok: true, text: 'concurrency of small is 2 now (was not limited)' },
    ])
    gated.letGo(8)
    await events.count('job.succeeded', 8)
    expect(gated.active()).toBe(2)
    await many(3, () => gated.task.applyAsync([], { queue: 'other' }))
    await events.count('job.started', 13)
    expect(await tell(app, { name: 'concurrency', slots: 3, queue: 'small' })).toEqual([
      { ok: true, text: 'concurrency of small is 3 now (was 2)' },
    ])
    await events.count('job.started', 14)
    expect(await tell(app, { name: 'concurrency', slots: 2, queue: 'strange' })).toEqual([
      { ok: false, text: 'it does not serve the queue strange' },
    ])
    const drain = setInterval(() => gated.letGo(), 10)
    onTestFinished(() => clearInterval(drain))
    await events.count('job.succeeded', 18)
  })
})

describe('queues', () => {
  test('that are added are served at once, with their limited lanes, and told in the next heartbeat', async () => {
    const limited = defineTask({ name: 'limited', queue: 'extra', rateLimit: '100/s' }, () => 'limited')
    const plain = defineTask({ name: 'plain' }, () => 'plain')
    const app = testApp(broker, { tasks: [limited, plain] })
    await app.worker({ options: { id: 'w' }, queues: ['default'] })
    const results = [await limited.delay(), await plain.applyAsync([], { queue: 'extra' })]
    expect(await tell(app, { name: 'add-queue', queue: 'extra' })).toEqual([
      { ok: true, text: 'it serves the queue extra now' },
    ])
    expect(await Promise.all(results.map((result) => result.get({ timeout: '5s' })))).toEqual(['limited', 'plain'])
    await vi.waitFor(async () => expect((await factsOf(app))?.queues).toEqual(['default', 'extra']), 2000)
    expect(await tell(app, { name: 'add-queue', queue: 'extra' })).toEqual([
      { ok: true, text: 'it serves the queue extra already' },
    ])
  })

  test('that are cancelled give no more jobs; running ones end, and it can be added again', async () => {
    const gated = gatedTask()
    const limited = defineTask({ name: 'limited', queue: 'extra', rateLimit: '1/h' }, () => {})
    const app = testApp(broker, { tasks: [gated.task, limited] })
    const extra = () => gated.task.applyAsync([], { queue: 'extra' })
    await many(2, extra)
    await many(3, () => limited.delay())
    const { events } = await app.worker({ options: { id: 'w' }, queues: ['default', 'extra'] })
    await events.count('job.started', 3)
    await events.waitFor('limit.reached', ({ task, queue }) => task === 'limited' && queue === 'extra')
    expect(await tell(app, { name: 'cancel-queue', queue: 'extra' })).toEqual([
      { ok: true, text: 'it takes no more jobs of the queue extra' },
    ])
    await many(4, extra)
    gated.letGo()
    await events.waitFor('job.succeeded', ({ task }) => task === 'gated')
    await events.count('job.succeeded', 3)
    const known = await gated.task.delay()
    await events.waitFor('job.started', ({ id }) => id === known.id)
    expect(events.of('job.started').filter(({ queue }) => queue === 'extra')).toHaveLength(3)
    await vi.waitFor(async () => expect((await factsOf(app))?.queues).toEqual(['default']), 2000)
    expect(await tell(app, { name: 'cancel-queue', queue: 'extra' })).toEqual([
      { ok: false, text: 'it does not serve the queue extra' },
    ])
    await tell(app, { name: 'add-queue', queue: 'extra' })
    await events.count('job.started', 8)
    gated.letGo()
    await events.count('job.succeeded', 8)
  })

  test('that cannot be added are not served, nor later', async () => {
    const plain = defineTask({ name: 'plain' }, () => 'plain')
    const app = testApp(broker, { tasks: [plain] })
    const { events } = await app.worker({ options: { id: 'w' }, queues: ['default'] })
    const job = await plain.applyAsync([], { queue: 'extra' })
    const refusal = vi.spyOn(LaneConsumer.prototype, 'open').mockRejectedValue(new Error('NOPERM'))
    expect(await tell(app, { name: 'add-queue', queue: 'extra' })).toEqual([{ ok: false, text: 'NOPERM' }])
    refusal.mockRestore()
    // It looks for lanes again, as it does by itself every few seconds.
    await tell(app, { name: 'refresh' })
    expect(await tell(app, { name: 'cancel-queue', queue: 'extra' })).toEqual([
      { ok: false, text: 'it does not serve the queue extra' },
    ])
    expect(events.of('job.started')).toEqual([])
    await tell(app, { name: 'add-queue', queue: 'extra' })
    expect(await job.get({ timeout: '5s' })).toBe('plain')
  })

  test('of a burst that are all cancelled leave nothing to do', async () => {
    const gated = gatedTask()
    const app = testApp(broker, { tasks: [gated.task] })
    await gated.task.delay()
    const { worker, events } = await app.worker({ options: { id: 'w' }, queues: ['default'], burst: true })
    await events.count('job.started', 1)
    await tell(app, { name: 'cancel-queue', queue: 'default' })
    gated.letGo()
    expect(await ended(worker)).toBe(true)
    expect(worker.counts.succeeded).toBe(1)
  })
})

describe('a worker', () => {
  test('answers to ping and conf, and is named', async () => {
    const app = testApp(broker)
    await app.worker({ options: { id: 'w' }, name: 'eve' })
    expect(await app.engine.command({ name: 'ping' }, ['w'], 5000)).toEqual([
      { id: 'w', worker: expect.stringMatching(/^eve@/), ok: true, text: 'pong' },
    ])
    const [reply] = await app.engine.command({ name: 'conf' }, ['w'], 5000)
    expect(reply?.data).toContainEqual({ key: 'worker.concurrency', value: 10, origin: 'default' })
  })

  test('tells its settings without secrets', async ({ skip }) => {
    skip(noRedis !== undefined, noRedis)
    const app = testApp(broker)
    await app.worker({ options: { id: 'w' } })
    const secret = testApp({ url: broker.url.replace('//', '//:hunter2@') }, { config: { prefix: app.config.prefix } })
    const { planWorker } = await import('../../src/app/worker-request.js')
    const plan = planWorker(secret.config, [], { onEvent: () => {}, onLog: () => {} }, '0')
    expect(JSON.stringify(plan.describeConfig())).not.toContain('hunter2')
    expect(JSON.stringify(plan.describeConfig())).toContain('127.0.0.1')
  })

  test('that is told to shut down answers, lets its jobs end, and is gone', async () => {
    const gated = gatedTask()
    const app = testApp(broker, { tasks: [gated.task] })
    const result = await gated.task.delay()
    const { worker, events } = await app.worker({ options: { id: 'w' } })
    await events.count('job.started', 1)
    expect(await tell(app, { name: 'shutdown' })).toEqual([{ ok: true, text: 'it shuts down' }])
    expect(await tell(app, { name: 'shutdown' })).toEqual([{ ok: true, text: 'it is shutting down already' }])
    expect(await tell(app, { name: 'pool-grow', by: 1 })).toEqual([{ ok: false, text: 'it is shutting down' }])
    await vi.waitFor(async () => expect(await factsOf(app)).toMatchObject({ stopping: true, active: 1 }))
    gated.letGo()
    expect(await ended(worker)).toBe(true)
    expect(await result.state()).toBe('succeeded')
    expect(await app.engine.workers()).toEqual([])
  })

  test('that is frozen is silent, and the others are heard', async () => {
    const app = testApp(broker)
    await app.worker({ options: { id: 'w' } })
    const child = spawnWorker(app)
    const lines = createInterface({ input: child.stdout as NonNullable<typeof child.stdout> })
    lines.resume()
    const frozen = await vi.waitFor(async () => {
      const other = (await app.engine.workers()).find(({ pid }) => pid === child.pid)
      expect(other).toBeDefined()
      return other?.id ?? ''
    }, 15_000)
    await vi.waitFor(async () => expect(await tell(app, { name: 'ping' }, [frozen])).toHaveLength(1), 10_000)
    child.kill('SIGSTOP')
    const replies = await app.engine.command({ name: 'ping' }, ['w', frozen], 500)
    expect(replies.map(({ id }) => id)).toEqual(['w'])
    expect(
      (await app.engine.workers()).map(({ id }) => id),
      'unknown is not down',
    ).toContain(frozen)
    child.kill('SIGCONT')
    await vi.waitFor(async () => expect(await tell(app, { name: 'ping' }, [frozen])).toHaveLength(1), 10_000)
  })

  test('whose user may use no channels works all the same, and says so', async ({ skip }) => {
    skip(noRedis !== undefined, noRedis)
    const task = defineTask({ name: 'echo' }, (_, text: string) => text)
    const admin = testApp(broker)
    await admin.redis.call('ACL', 'SETUSER', 'mute', 'on', '>pw', '~*', '+@all', 'resetchannels')
    const app = testApp({ url: broker.url.replace('//', '//mute:pw@') }, { tasks: [task] })
    const { events } = await app.worker()
    expect(await (await task.delay('hello')).get({ timeout: '5s' })).toBe('hello')
    expect(events.of('broker.trouble').map(({ message }) => message)).toEqual([expect.stringContaining('NOPERM')])
  })
})

const CHILD = fileURLToPath(new URL('../support/worker-child.ts', import.meta.url))

/** A worker in a process of its own; killed when the test ends. */
function spawnWorker(app: TestApp): ChildProcess {
  const config = JSON.stringify({ broker: broker.url, prefix: app.config.prefix })
  const child = spawn(process.execPath, ['--no-warnings', CHILD, config], { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}

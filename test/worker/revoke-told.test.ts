import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import type { RevokeOrder } from '../../src/engine/revokes/revoke.js'
import { defineTask } from '../../src/task/define-task.js'
import type { RunContext } from '../../src/task/run-context.js'
import { RevokeWatch } from '../../src/worker/revoke-watch.js'
import { brokerOfFile } from '../support/broker.js'
import { takeAndVanish } from '../support/lost-worker.js'
import { testApp } from '../support/test-app.js'
import { fakeJob } from './fake-lane.js'

const broker = brokerOfFile()
/** A worker that would hear of nothing by its locks. */
const deaf = { worker: { lock: '1h', stallCheck: 100, shutdownTimeout: 0 } } as const
const WHY = { reason: 'not needed' }

/** A task that ends when it is told to. */
const listens = () =>
  defineTask({ name: 'listens' }, async ({ signal }: RunContext) => {
    await new Promise((resolve) => signal.addEventListener('abort', resolve))
    throw signal.reason
  })

/** A task that heeds nothing. */
const stubborn = (done: Promise<unknown>) => defineTask({ name: 'stubborn' }, async () => void (await done))

describe('a job that runs', () => {
  test('is told at once, not when its lock is next renewed', async () => {
    const task = listens()
    const app = testApp(broker, { tasks: [task], config: deaf })
    const { events } = await app.worker()
    const result = await task.delay()
    await events.waitFor('job.started')
    expect(await result.revoke(WHY)).toBe('told')
    expect(await events.waitFor('job.revoked')).toMatchObject({ id: result.id, reason: 'not needed' })
    expect((await app.engine.revokes.list(9)).facts).toMatchObject([
      { id: result.id, task: 'listens', outcome: 'told' },
    ])
  })

  test('is told, too, where many are revoked', async () => {
    const task = listens()
    const app = testApp(broker, { tasks: [task], config: deaf })
    const { events } = await app.worker()
    await Promise.all(Array.from({ length: 15 }, () => task.delay()))
    await events.count('job.started', 10)
    const all = { task: 'listens', matches: () => true }
    expect(await app.engine.revokes.endMatching(all, WHY, 'all')).toEqual({ searched: 15, removed: 5, told: 10 })
    await events.count('job.revoked', 10)
    expect((await app.engine.queueOverviews()).queues).toMatchObject([{ queued: 0, active: 0, dead: 15 }])
  })

  test('and heeds nothing is given up after its grace, and its slot is free', async () => {
    const held = Promise.withResolvers<void>()
    const task = stubborn(held.promise)
    const next = defineTask({ name: 'next' }, async () => 'ran')
    const app = testApp(broker, { tasks: [task, next], config: deaf })
    const { events, worker } = await app.worker({ options: { concurrency: 1 } })
    const result = await task.delay()
    await events.waitFor('job.started')
    await result.revoke({ ...WHY, terminate: 50 })
    await events.waitFor('job.revoked')
    expect(await result.state()).toBe('revoked')
    expect(await (await next.delay()).get()).toBe('ran')
    await events.waitFor('job.succeeded')
    held.resolve()
    await worker.stop()
    expect(worker.counts).toMatchObject({ succeeded: 1, failed: 0 })
    expect(await result.state()).toBe('revoked')
  })

  test('and heeds nothing goes on where nobody said that it is to be ended by force', async () => {
    const held = Promise.withResolvers<void>()
    const task = stubborn(held.promise)
    const app = testApp(broker, { tasks: [task], config: deaf })
    const { events } = await app.worker()
    const result = await task.delay()
    await events.waitFor('job.started')
    await result.revoke(WHY)
    await sleep(100)
    expect(await result.state()).toBe('active')
    held.resolve()
    expect(await events.waitFor('job.succeeded')).toMatchObject({ id: result.id })
  })

  test('is told to end by force by a later revoke', async () => {
    const task = stubborn(new Promise(() => {}))
    const app = testApp(broker, { tasks: [task], config: deaf })
    const { events } = await app.worker()
    const result = await task.delay()
    await events.waitFor('job.started')
    expect(await result.revoke(WHY)).toBe('told')
    expect(await result.revoke({ reason: 'now', terminate: 0 })).toBe('told')
    expect(await events.waitFor('job.revoked')).toMatchObject({ id: result.id })
  })

  test('whose worker is gone ends, though a grace was given', async () => {
    const app = testApp(broker)
    await app.engine.producer.add({ id: 'a', lane: 'default', task: 'send', data: '{}', delayMs: 0 })
    await takeAndVanish(app, 'default')
    const order: RevokeOrder = { ...WHY, terminateMs: 1000 }
    expect(['told', 'removed']).toContain(await app.engine.revokes.end('a', order))
  })

  test.each(['5', '-1s', {}, Number.NaN])('takes no grace that is none: %j', async (terminate) => {
    const app = testApp(broker)
    await expect(app.client.result('a').revoke({ terminate: terminate as never })).rejects.toMatchObject({
      code: 'TASKQ_CONTROL_INVALID',
    })
  })
})

describe('a job that was revoked before it came', () => {
  test('never runs, though it came before the worker that has it', async () => {
    let runs = 0
    const task = defineTask({ name: 'counts' }, async () => void runs++)
    const app = testApp(broker, { tasks: [task], config: deaf })
    expect(await app.engine.revokes.end('u_order-7', WHY)).toBe('unknown')
    const result = await task.applyAsync([], { taskId: 'order-7' })
    const { events } = await app.worker()
    expect(await events.waitFor('job.revoked')).toMatchObject({ id: 'u_order-7', reason: 'not needed' })
    expect(runs).toBe(0)
    expect(await result.state()).toBe('revoked')
    expect((await app.engine.revokes.list(9)).facts).toMatchObject([{ id: 'u_order-7', outcome: 'removed' }])
  })

  test('runs when somebody retries it: the revoke was used up', async () => {
    let runs = 0
    const task = defineTask({ name: 'counts' }, async () => void runs++)
    const app = testApp(broker, { tasks: [task], config: deaf })
    await app.engine.revokes.end('u_a', WHY)
    const { events } = await app.worker()
    const result = await task.applyAsync([], { taskId: 'a' })
    await events.waitFor('job.revoked')
    expect(await result.retry()).toBe(true)
    await events.waitFor('job.succeeded')
    expect(runs).toBe(1)
  })

  test('never runs, whoever made its id, where its worker has been told', async () => {
    const task = defineTask({ name: 'counts' }, async () => 'ran')
    const app = testApp(broker, { tasks: [task], config: deaf })
    await app.engine.revokes.end('made-by-others', WHY)
    const { events } = await app.worker()
    await app.engine.producer.add({
      ...{ id: 'made-by-others', lane: 'default', task: 'counts', delayMs: 0 },
      data: '{"v":1,"args":[]}',
    })
    expect(await events.waitFor('job.revoked')).toMatchObject({ id: 'made-by-others' })
  })

  test('goes back where the broker cannot tell', async () => {
    const fails = () => Promise.reject(new Error('away'))
    const watch = new RevokeWatch({ revokedAhead: async () => ['b'], revokeOf: fails })
    expect(watch.ask(fakeJob({ id: 'a' }))).toBeUndefined()
    expect(watch.ask(fakeJob({ id: 'b' }))).toBeUndefined()
    await watch.look()
    await expect(watch.ask(fakeJob({ id: 'b' }))).rejects.toThrow('away')
    await expect(watch.ask(fakeJob({ id: 'u_b' }))).rejects.toThrow('away')
    expect(watch.ask(fakeJob({ id: 'u_b', revoked: 'known already' }))).toBeUndefined()
  })
})

import { describe, expect, test } from 'vitest'
import { createCodec } from '../../src/codec/codec.js'
import type { Engine } from '../../src/engine/engine.js'
import type { AsyncResult, Revocation } from '../../src/task/async-result.js'
import { defineTask } from '../../src/task/define-task.js'
import type { TaskDefinition } from '../../src/task/definition.js'
import type { TaskOptions } from '../../src/task/options.js'
import { forgetTasks } from '../../src/task/registry.js'
import type { RunContext } from '../../src/task/run-context.js'
import { executeJob } from '../../src/worker/job-executor.js'
import { Pools } from '../../src/worker/pools/pools.js'
import { RunHandle } from '../../src/worker/run-handle.js'
import { WorkflowWork } from '../../src/worker/workflows/workflow-work.js'
import { brokerOfFile } from '../support/broker.js'
import { fakeRun } from '../support/fake-run.js'
import { takeAndVanish } from '../support/lost-worker.js'
import { rejection } from '../support/refusal.js'
import { testApp } from '../support/test-app.js'
import { fakeJob } from './fake-lane.js'

const broker = brokerOfFile()
const LOCK_MS = 1000
/** Jobs are asked for at every quarter of the lock; a young one at the second. */
const TOLD_WITHIN_MS = LOCK_MS * 0.375 + 400
const worker = { lock: LOCK_MS, stallCheck: 100 } as const
/** A worker that does not hear of a revoke while it runs a job. */
const deaf = { worker: { lock: '1h', shutdownTimeout: 0 } } as const

const revoke = (engine: Engine, { id }: AsyncResult) => engine.revoke({ id, lane: 'default' }, 'not needed')

/** A task that runs until it is told to end. */
function listening(options: Partial<TaskOptions> = {}, onAbort: (reason: unknown) => unknown = throwIt) {
  return defineTask({ name: 'listens', retries: 5, ...options }, async ({ signal }: RunContext) => {
    await new Promise((resolve) => signal.addEventListener('abort', resolve))
    return onAbort(signal.reason)
  })
}

const throwIt = (reason: unknown) => {
  throw reason
}

describe('a job that runs', () => {
  test('is told within a quarter of its lock, ends as revoked, and is not retried', async () => {
    const reasons: unknown[] = []
    const task = listening({}, (reason) => {
      reasons.push(reason)
      throw new Error('stopped half-way')
    })
    const app = testApp(broker, { tasks: [task], config: { worker } })
    const { events, worker: serving } = await app.worker()
    const result = await task.delay()
    const waiting = rejection(result.get({ timeout: '10s' }))
    await events.waitFor('job.started')
    const revokedAt = performance.now()
    expect(await revoke(app.engine, result)).toBe('told')
    const event = await events.waitFor('job.revoked')
    expect(performance.now() - revokedAt).toBeLessThan(TOLD_WITHIN_MS)
    expect(event).toEqual({
      name: 'job.revoked',
      reason: 'not needed',
      runMs: expect.any(Number),
      id: result.id,
      task: 'listens',
      queue: 'default',
      attempt: 1,
    })
    expect(reasons).toMatchObject([{ code: 'TASKQ_JOB_REVOKED', message: 'the job was revoked: not needed' }])
    expect(await waiting).toMatchObject({
      code: 'TASKQ_JOB_REVOKED',
      message: `listens (${result.id}): the job was revoked: not needed`,
    })
    expect(await result.state()).toBe('revoked')
    expect((await app.engine.queueOverviews()).queues).toMatchObject([{ queued: 0, scheduled: 0, active: 0, dead: 1 }])
    expect(events.of('job.retried')).toEqual([])
    expect(serving.counts).toMatchObject({ active: 0, succeeded: 0, failed: 0 })
  })

  test('and has done its work all the same has succeeded', async () => {
    const task = listening({}, () => 'done')
    const app = testApp(broker, { tasks: [task], config: { worker } })
    const { events } = await app.worker()
    const result = await task.delay()
    await events.waitFor('job.started')
    expect(await revoke(app.engine, result)).toBe('told')
    expect(await result.get({ timeout: '10s' })).toBe('done')
    expect(await result.state()).toBe('succeeded')
    expect(events.of('job.revoked')).toEqual([])
  })

  test('is told once, whoever tells the worker to end meanwhile', async () => {
    const aborts: unknown[] = []
    const task = listening({}, (reason) => {
      aborts.push(reason)
      return new Promise(() => {})
    })
    const app = testApp(broker, { tasks: [task], config: { worker: { ...worker, shutdownTimeout: 0 } } })
    const { events, worker: serving } = await app.worker()
    const result = await task.delay()
    await events.waitFor('job.started')
    await revoke(app.engine, result)
    await expect.poll(() => aborts, { timeout: 5000 }).toHaveLength(1)
    // It never ends, so the worker goes without it.
    await serving.stop()
    expect(aborts).toMatchObject([{ code: 'TASKQ_JOB_REVOKED' }])
    expect(events.of('job.revoked')).toMatchObject([{ id: result.id, reason: 'not needed' }])
    expect(await result.state()).toBe('revoked')
  })

  test('leaves no trace with ignoreResult', async () => {
    const task = listening({ ignoreResult: true })
    const app = testApp(broker, { tasks: [task], config: { worker } })
    const { events } = await app.worker()
    const result = await task.delay()
    await events.waitFor('job.started')
    await revoke(app.engine, result)
    await events.waitFor('job.revoked')
    expect(await app.redis.keys(`${app.keys.job('default', result.id)}*`)).toEqual([])
    expect((await app.engine.queueOverviews()).queues).toMatchObject([{ active: 0, dead: 0 }])
  })
})

describe('a job whose worker did not hear of it in time', () => {
  test('ends as revoked when its run fails, however long its backoff is', async () => {
    const gate = Promise.withResolvers<void>()
    const task = defineTask({ name: 'fails', retries: 5, backoff: { delay: '1h', jitter: false } }, async () => {
      await gate.promise
      throw new Error('no')
    })
    const app = testApp(broker, { tasks: [task], config: deaf })
    const { events } = await app.worker()
    const result = await task.delay()
    await events.waitFor('job.started')
    expect(await revoke(app.engine, result)).toBe('told')
    gate.resolve()
    expect(await events.waitFor('job.revoked')).toMatchObject({ id: result.id, reason: 'not needed' })
    expect(await result.state()).toBe('revoked')
    expect(events.of('job.retried')).toEqual([])
  })

  test('ends as revoked when its worker stops', async () => {
    const task = listening()
    const app = testApp(broker, { tasks: [task], config: deaf })
    const { events, worker: serving } = await app.worker()
    const result = await task.delay()
    await events.waitFor('job.started')
    expect(await revoke(app.engine, result)).toBe('told')
    await serving.stop()
    expect(events.of('job.revoked')).toMatchObject([{ id: result.id, reason: 'not needed' }])
    expect(events.of('job.given-back')).toEqual([])
    expect(await result.state()).toBe('revoked')
  })

  test('since that one was killed: is not run again', async () => {
    let runs = 0
    const task = defineTask({ name: 'note' }, () => void runs++)
    const app = testApp(broker, { tasks: [task], config: { worker } })
    const result = await task.delay()
    await takeAndVanish(app, 'default', LOCK_MS)
    expect(await revoke(app.engine, result)).toBe('told')
    const { events } = await app.worker()
    expect(await events.waitFor('job.revoked')).toMatchObject({ id: result.id, reason: 'not needed', attempt: 1 })
    expect(events.of('jobs.recovered').flatMap(({ ids }) => ids)).toEqual([result.id])
    expect(await result.state()).toBe('revoked')
    expect(runs).toBe(0)
  })
})

describe('how a run of a revoked job is judged', () => {
  const NOT_RUN = () => {
    throw new Error('it was run')
  }
  const judge = (over: object, definition?: TaskDefinition, tell: (handle: RunHandle) => void = () => {}) => {
    const job = fakeJob(over)
    const handle = new RunHandle(job, { openLog: NOT_RUN, onLog: NOT_RUN, encodeProgress: NOT_RUN, redact: NOT_RUN })
    const contextOf = () => {
      tell(handle)
      return fakeRun()
    }
    return executeJob(job, handle, {
      codec: createCodec(),
      findTask: () => definition,
      contextOf,
      resultTtlMs: 1000,
      crashBudget: 3,
      crashRecords: { read: async () => null, save: async () => {} },
      timeLimitOf: () => undefined,
      pools: new Pools({ pool: 'async', maxTasksPerChild: 1, maxMemoryPerChild: 1 }, () => 1),
      workflows: new WorkflowWork({ load: undefined, isAwaited: false, onTrouble: () => {} }),
    })
  }
  const taskThat = (run: () => unknown, options: Partial<TaskOptions> = {}) => {
    const { definition } = defineTask({ name: 'send', retries: 5, ...options }, run)
    forgetTasks('send')
    return definition
  }

  test.each([
    ['whatever it holds', { data: '{broken' }],
    ['whether its task is known or not', { task: 'other' }],
    ['however often it crashed', { crashes: 9 }],
  ])('revoked before it is taken: it is not run, %s', async (_, over) => {
    const outcome = { kind: 'revoked', reason: 'not needed', keep: true, withoutRun: true }
    expect(await judge({ revoked: 'not needed', ...over })).toEqual(outcome)
    expect(await judge({ revoked: 'not needed', ...over }, taskThat(NOT_RUN))).toEqual(outcome)
  })

  test.each([false, true])(
    'told while it runs: one that throws is revoked (ignoreResult: %s)',
    async (ignoreResult) => {
      const task = taskThat(() => throwIt(new Error('stopped')), { ignoreResult })
      const outcome = await judge({}, task, (handle) => {
        handle.revoke('not needed')
        handle.abort(new Error('the worker stops'))
        handle.revoke('still not needed')
      })
      expect(outcome).toEqual({ kind: 'revoked', reason: 'not needed', keep: !ignoreResult })
    },
  )

  test.each([false, true])('as its call wants it kept, over its task (ignoreResult: %s)', async (ignoreResult) => {
    const task = taskThat(() => throwIt(new Error('stopped')), { ignoreResult: !ignoreResult })
    const data = JSON.stringify({ v: 1, args: [], ignoreResult })
    const outcome = { kind: 'revoked', reason: 'not needed', keep: !ignoreResult }
    expect(await judge({ revoked: 'not needed', data }, task)).toEqual({ ...outcome, withoutRun: true })
    expect(await judge({ data }, task, (handle) => handle.revoke('not needed'))).toEqual(outcome)
  })

  test('told while it runs: one that returns has succeeded', async () => {
    const outcome = await judge(
      {},
      taskThat(() => 'done'),
      (handle) => handle.revoke('not needed'),
    )
    expect(outcome).toMatchObject({ kind: 'succeeded', result: { stored: { value: 'done' } } })
  })
})

test('a job is run or removed, never both and never neither, when a worker takes it at the same moment', async () => {
  const ran = new Set<string>()
  const task = defineTask({ name: 'race' }, ({ request }: RunContext) => void ran.add(request.id))
  const app = testApp(broker, { tasks: [task] })
  const { events } = await app.worker({ options: { concurrency: 1 } })
  const other = app.newEngine()
  const answers = new Map<string, Revocation>()
  for (let round = 0; round < 100; round++) {
    const jobs = await Promise.all(Array.from({ length: 6 }, () => task.delay()))
    // The worker takes them from the other end, so the two meet once in every round.
    for (const job of jobs.reverse()) answers.set(job.id, await revoke(other, job))
    await events.until(() => ran.size >= spared(answers).length, 10_000, 'run of every job that was not removed')
  }
  expect([...ran].sort()).toEqual(spared(answers).sort())
  await events.count('job.succeeded', ran.size)
  const removed = answers.size - ran.size
  const counts = { queued: 0, active: 0, succeeded: ran.size, dead: removed }
  expect((await app.engine.queueOverviews()).queues).toMatchObject([counts])
  expect(Math.min(ran.size, removed), 'both did happen').toBeGreaterThan(0)
})

const spared = (answers: ReadonlyMap<string, Revocation>): string[] =>
  [...answers].filter(([, answer]) => answer !== 'removed').map(([id]) => id)

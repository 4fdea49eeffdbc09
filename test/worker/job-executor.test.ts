import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { createCodec } from '../../src/codec/codec.js'
import type { ActiveJob } from '../../src/engine/consumer.js'
import { defineTask } from '../../src/task/define-task.js'
import type { TaskDefinition } from '../../src/task/definition.js'
import type { TaskOptions } from '../../src/task/options.js'
import { forgetTasks } from '../../src/task/registry.js'
import type { RunContext } from '../../src/task/run-context.js'
import type { StandardSchema } from '../../src/task/schema.js'
import { executeJob } from '../../src/worker/job-executor.js'
import { Pools } from '../../src/worker/pools/pools.js'
import { RunHandle } from '../../src/worker/run-handle.js'
import type { RunOutcome } from '../../src/worker/run-outcome.js'
import type { TimeLimit } from '../../src/worker/time-limit.js'
import { WorkflowWork } from '../../src/worker/workflows/workflow-work.js'
import { fakeRun } from '../support/fake-run.js'
import { fakeJob } from './fake-lane.js'

type Run = (context: RunContext, ...args: never[]) => unknown

interface Setting {
  readonly job?: Partial<ActiveJob>
  readonly task?: TaskOptions
  readonly crashBudget?: number
  readonly crashRecord?: string
  readonly abort?: boolean
  readonly limit?: TimeLimit
}

/** Runs a job of a task that does this. */
function execute(
  run: Run,
  { job = {}, task = {}, crashBudget = 3, crashRecord, abort = false, limit }: Setting = {},
): Promise<RunOutcome> {
  const { definition } = defineTask({ name: 'send', ...task }, run as never)
  forgetTasks('send')
  const held = fakeJob(job)
  const noLog = () => {
    throw new Error('nothing is logged here')
  }
  const handle = new RunHandle(held, { openLog: noLog, onLog: noLog, encodeProgress: noLog, redact: noLog })
  if (abort) handle.abort(new Error('shutdown'))
  return executeJob(held, handle, {
    codec: createCodec(),
    findTask: (name): TaskDefinition | undefined => (name === 'send' ? definition : undefined),
    contextOf: () => ({ ...fakeRun(), signal: handle.signal }),
    resultTtlMs: 1000,
    crashBudget,
    crashRecords: { read: async () => crashRecord ?? null, save: async () => {} },
    timeLimitOf: () => limit,
    pools: new Pools({ pool: 'async', maxTasksPerChild: 1, maxMemoryPerChild: 1 }, () => 1),
    workflows: new WorkflowWork({ load: undefined, isAwaited: false, onTrouble: () => {} }),
  })
}

const envelope = (fields: object) => JSON.stringify({ v: 1, args: [], ...fields })
const fail = () => {
  throw new TypeError('no')
}

describe('a run that returns', () => {
  test('has succeeded, with its result', async () => {
    const data = envelope({ args: [2, 3] })
    expect(await execute((_, a: number, b: number) => a * b, { job: { data } })).toEqual({
      kind: 'succeeded',
      keep: true,
      result: { stored: { value: 6 } },
      resultTtlMs: 1000,
    })
  })

  test('keeps the result as long as the job says', async () => {
    const outcome = await execute(async () => 1, { job: { data: envelope({ resultTtlMs: 5 }) } })
    expect(outcome).toMatchObject({ kind: 'succeeded', resultTtlMs: 5 })
  })

  test('keeps no result with ignoreResult', async () => {
    const outcome = await execute(async () => 1, { task: { ignoreResult: true } })
    expect(outcome).toMatchObject({ kind: 'succeeded', keep: false, result: { stored: null } })
  })

  test('has succeeded, even where it was told to end', async () => {
    expect(await execute(async () => 1, { abort: true })).toMatchObject({ kind: 'succeeded' })
  })
})

describe('a run that throws', () => {
  test('is dead without retries', async () => {
    expect(await execute(fail)).toMatchObject({ kind: 'dead', failure: { name: 'TypeError', message: 'no' } })
  })

  test('is retried after its backoff, until its retries are spent', async () => {
    const task: TaskOptions = { retries: 2, backoff: { type: 'exponential', delay: '10s', jitter: false } }
    const at = (attemptsMade: number) => execute(fail, { task, job: { attemptsMade } })
    expect(await at(0)).toMatchObject({ kind: 'retry', delayMs: 10_000 })
    expect(await at(1)).toMatchObject({ kind: 'retry', delayMs: 20_000 })
    expect(await at(2)).toMatchObject({ kind: 'dead' })
  })

  test("takes the job's own number of retries over the task's", async () => {
    expect(await execute(fail, { job: { data: envelope({ retries: 1 }) } })).toMatchObject({ kind: 'retry' })
    expect(await execute(fail, { task: { retries: 5 }, job: { data: envelope({ retries: 0 }) } })).toMatchObject({
      kind: 'dead',
    })
  })

  test('goes back to its queue when it was told to end', async () => {
    expect(await execute(fail, { abort: true, task: { retries: 5 } })).toEqual({ kind: 'given-back' })
  })

  test.each([
    ['undefined', undefined, /undefined/],
    ['null', null, /null/],
    ['a string', 'boom', /boom/],
    ['an object', { code: 7 }, /"code":7/],
    ['a BigInt', 7n, /./],
    ['a symbol', Symbol('s'), /./],
    ['a function', () => 1, /./],
    ['a cycle', cycle(), /./],
    ['an object that cannot be written', { toJSON: fail }, /./],
    ['an object without a prototype', Object.create(null), /./],
  ])('may throw %s', async (_, thrown, message) => {
    const outcome = await execute(() => Promise.reject(thrown))
    expect(outcome).toMatchObject({
      kind: 'dead',
      failure: { name: 'NonError', message: expect.stringMatching(message) },
    })
  })

  test.each([
    ['whose message cannot be read', Object.defineProperty(new Error('x'), 'message', { get: fail })],
    ['whose message is no text', Object.assign(new Error('x'), { message: Object.create(null) })],
    ['whose name is a symbol', Object.assign(new Error('x'), { name: Symbol('n') })],
    ['that is its own cause', selfCaused()],
    ['that is a proxy which was revoked', revoked()],
  ])('may throw an error %s', async (_, thrown) => {
    expect(await execute(() => Promise.reject(thrown))).toMatchObject({
      kind: 'dead',
      failure: { name: expect.any(String) },
    })
  })
})

describe('a task with a schema', () => {
  const never = () => {
    throw new Error('it was run')
  }
  const data = (...args: unknown[]) => envelope({ args, retries: 9 })

  test('is not run with arguments that it refuses: dead at once, whatever the retries', async () => {
    const schema = z.tuple([z.email(), z.number()])
    expect(await execute(never, { task: { schema, retries: 9 }, job: { data: data('nobody', 'x') } })).toMatchObject({
      kind: 'dead',
      failure: {
        name: 'TaskqError',
        code: 'TASKQ_PAYLOAD_INVALID',
        message: 'send: args[0]: Invalid email address; args[1]: Invalid input: expected number, received string',
      },
    })
  })

  test('is not run where it is asynchronous, and refuses', async () => {
    const schema = z.tuple([z.string().refine(async () => false, 'unknown user')])
    const outcome = await execute(never, { task: { schema }, job: { data: data('u') } })
    expect(outcome).toMatchObject({ kind: 'dead', failure: { message: 'send: args[0]: unknown user' } })
  })

  test('is not waited for longer than its runs may take, and then is retried', async () => {
    const hangs: StandardSchema = {
      '~standard': { version: 1, vendor: 'none', validate: () => new Promise(() => {}) },
    }
    const task = { schema: hangs, timeLimit: 50, retries: 1 }
    expect(await execute(never, { task })).toMatchObject({ kind: 'retry', failure: { code: 'TASKQ_JOB_TIME_LIMIT' } })
  })

  test('is not run where the schema throws', async () => {
    const schema = z.tuple([z.string().refine(fail)])
    const outcome = await execute(never, { task: { schema }, job: { data: data('u') } })
    expect(outcome).toMatchObject({
      kind: 'dead',
      failure: { code: 'TASKQ_PAYLOAD_INVALID', cause: { name: 'TypeError', message: 'no' } },
    })
  })

  test.each([
    ['at once', z.tuple([z.coerce.number(), z.object({ a: z.string() }), z.string().default('x')])],
    ['later', z.tuple([z.string().transform(async (text) => text.length), z.object({ a: z.string() })])],
  ])('gets the arguments as they were sent, not as the schema makes them: %s', async (_, schema) => {
    const task = { schema: schema as unknown as StandardSchema }
    const outcome = await execute((_, ...args: unknown[]) => args, {
      task,
      job: { data: data('5', { a: 'b', more: true }) },
    })
    expect(outcome).toMatchObject({
      kind: 'succeeded',
      result: { stored: { value: ['5', { a: 'b', more: true }] } },
    })
  })
})

describe('a job that is not run', () => {
  const never = () => {
    throw new Error('it was run')
  }

  test('because it cannot be read: dead', async () => {
    for (const data of ['{broken', 'null', '{"v":1}']) {
      const outcome = await execute(never, { job: { data } })
      expect(outcome).toMatchObject({ kind: 'dead', failure: { code: 'TASKQ_PAYLOAD_MALFORMED' } })
    }
  })

  test('because a later taskq wrote it: put aside', async () => {
    const outcome = await execute(never, { job: { data: '{"v":9}' } })
    expect(outcome).toMatchObject({ kind: 'postponed', reason: expect.stringContaining('version 9') })
  })

  test('because its task is unknown here: parked', async () => {
    for (const task of ['other', 'toString'])
      expect(await execute(never, { job: { task } })).toEqual({ kind: 'parked' })
  })

  test('because no task can have its name: dead', async () => {
    const failure = { code: 'TASKQ_PAYLOAD_MALFORMED' }
    for (const task of ['', 'a:b', '__proto__', 'constructor', 'x'.repeat(300), '\u001b[2J'])
      expect(await execute(never, { job: { task } })).toMatchObject({ kind: 'dead', failure })
  })

  test('because its arguments are of a later version: put aside', async () => {
    const outcome = await execute(never, { job: { data: '{"v":1,"args":[],"taskVersion":2}' } })
    expect(outcome).toMatchObject({ kind: 'postponed', reason: expect.stringContaining('version 2 of its task') })
  })

  test('because it took its worker down too often: dead, whatever its retries', async () => {
    const now = Date.now()
    const crashRecord = JSON.stringify({ seen: 2, proven: [now, now], nearby: [], place: 'worker' })
    const dead = await execute(never, { job: { crashes: 3 }, task: { retries: 9 }, crashRecord })
    expect(dead).toMatchObject({ kind: 'dead', failure: { code: 'TASKQ_JOB_CRASHED' } })
    expect(await execute(async () => 1, { job: { crashes: 2 }, crashRecord })).toMatchObject({ kind: 'succeeded' })
  })
})

function cycle(): unknown {
  const value: unknown[] = []
  value.push(value)
  return value
}

function selfCaused(): Error {
  const error = new Error('x')
  error.cause = error
  return error
}

function revoked(): unknown {
  const { proxy, revoke } = Proxy.revocable(new Error('x'), {})
  revoke()
  return proxy
}

describe('a time limit', () => {
  const overTime = { name: 'TaskqError', code: 'TASKQ_JOB_TIME_LIMIT' }
  const untilAborted = ({ signal }: RunContext) =>
    new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))

  test('that is soft aborts the signal; what the run throws is a failure with its code', async () => {
    const outcome = await execute(untilAborted, { limit: { softMs: 10 } })
    expect(outcome).toMatchObject({ kind: 'dead', failure: overTime })
    expect(outcome).toMatchObject({ failure: { message: 'send (j1) ran longer than its soft limit of 10ms' } })
  })

  test('that is soft leaves what the run throws itself as it is, and it may run again', async () => {
    const tidy = ({ signal }: RunContext) =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('tidied up'))))
    const outcome = await execute(tidy, { limit: { softMs: 10 }, task: { retries: 1 } })
    expect(outcome).toMatchObject({ kind: 'retry', failure: { name: 'Error', message: 'tidied up' } })
  })

  test('that is soft lets a run that returns all the same succeed', async () => {
    const finish = ({ signal }: RunContext) =>
      new Promise((resolve) => signal.addEventListener('abort', () => resolve('done')))
    const outcome = await execute(finish, { limit: { softMs: 10 } })
    expect(outcome).toMatchObject({ kind: 'succeeded', result: { stored: { value: 'done' } } })
  })

  test('that is hard gives up a run that goes on, and tells it so', async () => {
    let told: unknown
    const deaf = ({ signal }: RunContext) => {
      signal.addEventListener('abort', () => {
        told = signal.reason
      })
      return new Promise(() => {})
    }
    const outcome = await execute(deaf, { limit: { hardMs: 10 }, task: { retries: 1 } })
    expect(outcome).toMatchObject({ kind: 'retry', failure: overTime })
    expect(told).toMatchObject(overTime)
  })

  test('of both kinds: the soft one first, the hard one for a run that does not listen', async () => {
    const reasons: string[] = []
    const deaf = ({ signal }: RunContext) => {
      signal.addEventListener('abort', () => reasons.push((signal.reason as Error).message))
      return new Promise(() => {})
    }
    const outcome = await execute(deaf, { limit: { softMs: 5, hardMs: 30 } })
    expect(outcome).toMatchObject({ failure: { message: 'send (j1) ran longer than its hard limit of 30ms' } })
    expect(reasons).toEqual(['send (j1) ran longer than its soft limit of 5ms'])
  })

  test('is none of a run that the worker told to end before', async () => {
    const deaf = ({ signal }: RunContext) => new Promise((_, reject) => setTimeout(() => reject(signal.reason), 30))
    expect(await execute(deaf, { limit: { softMs: 10 }, abort: true })).toEqual({ kind: 'given-back' })
  })

  test('that is not reached changes nothing, also for a task that throws at once', async () => {
    expect(await execute(() => 'quick', { limit: { softMs: 5000, hardMs: 5000 } })).toMatchObject({ kind: 'succeeded' })
    expect(await execute(fail, { limit: { hardMs: 5000 } })).toMatchObject({ failure: { name: 'TypeError' } })
  })
})

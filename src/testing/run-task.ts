import type { CanvasData } from '../canvas/canvas-data.js'
import { createCodec } from '../codec/codec.js'
import { EffectiveTasks } from '../config/task-options.js'
import { resolveTaskOverrides, type TaskOverrides } from '../config/task-overrides.js'
import { type ContextValues, runInScope } from '../context/scope.js'
import { TaskqError } from '../errors/taskq-error.js'
import type { TaskArgs, TaskClass, TaskResult } from '../task/base-task.js'
import type { FunctionTask } from '../task/define-task.js'
import type { TaskDefinition } from '../task/definition.js'
import type { Headers } from '../task/enqueue-options.js'
import { taskNameOf } from '../task/metadata.js'
import type { TaskCodecOptions } from '../task/options/payload-options.js'
import { findTask } from '../task/registry.js'
import type { JobRequest, RunContext } from '../task/run-context.js'
import { checkArgs } from '../task/schema.js'
import { judge, tellHooks } from '../worker/attempt.js'
import { startTour } from '../worker/hook-tour.js'
import { createRunLog, type LogLevel } from '../worker/run-log.js'
import { MadeWorkflows, type ResultsOf } from './made-workflows.js'

/** What {@link runTask} may be told. */
export interface RunTaskOptions {
  /** The run's number, from 1. Default 1. */
  readonly attempt?: number
  /** The signal the task sees. Default: one that never aborts. */
  readonly signal?: AbortSignal
  /** The slot of a schedule entry that the job is for. Default: none. */
  readonly schedule?: NonNullable<JobRequest['schedule']>
  /** What its caller would send beside the arguments. Default: nothing. */
  readonly headers?: Headers
  /** What travels with the job: `currentContext()` has it. Default: nothing. */
  readonly context?: ContextValues
  /** What the config's `codec.types` would be. Default false. A task's own `codec.types` wins. */
  readonly types?: boolean
  /** The config's `taskOptions`, laid over the task's own. Default: none. */
  readonly taskOptions?: Readonly<Record<string, TaskOverrides>>
  /** What the workflows come to that the task makes: they are not run. Default: asking for it throws. */
  readonly results?: ResultsOf
}

/** What a run did. */
export interface TaskRun<R> {
  readonly result: R
  readonly logs: readonly { readonly level: LogLevel; readonly message: string; readonly fields: object | undefined }[]
  readonly progress: readonly unknown[]
  /** What it spawned, in this order; none of it was run. */
  readonly spawned: readonly CanvasData[]
  /** What it added to its group. */
  readonly added: readonly CanvasData[]
  /** What took its place, where it has said that something should; then `result` is what `results` says of it. */
  readonly replacedBy?: CanvasData
}

/** What `defineTask` returns, as far as a run needs it. */
type FunctionTaskOf<A extends unknown[], R> = Pick<FunctionTask<A, R>, 'definition' | 'delay'>

/**
 * Runs a task once in this process, its hooks around it, without a broker. Arguments and result pass through the same
 * codec as real jobs', so what cannot travel fails here too.
 *
 * @throws whatever the task throws, signals such as `Retry` and `Snooze`, too; TaskqError `TASKQ_PAYLOAD_NOT_JSON` for arguments or a result that
 *   JSON would change, `TASKQ_PAYLOAD_INVALID` for arguments that the task's schema refuses
 *
 * @example
 * const { result, logs } = await runTask(SendWelcomeEmail, ['u_42'])
 */
export function runTask<C extends TaskClass>(
  task: C,
  args: TaskArgs<C>,
  options?: RunTaskOptions,
): Promise<TaskRun<TaskResult<C>>>
export function runTask<A extends unknown[], R>(
  task: FunctionTaskOf<A, R>,
  args: NoInfer<A>,
  options?: RunTaskOptions,
): Promise<TaskRun<R>>
export async function runTask(
  task: TaskClass | FunctionTaskOf<never, unknown>,
  args: readonly unknown[],
  options: RunTaskOptions = {},
): Promise<TaskRun<unknown>> {
  const taskOptions = resolveTaskOverrides(options.taskOptions ?? {})
  const definition = new EffectiveTasks({ taskOptions }).of(definitionOf(task))
  const codec = { types: definition.codec.types ?? options.types ?? false, compress: false, encrypt: false }
  const sent = await argsAsSent(definition, args, codec)
  const logs: TaskRun<unknown>['logs'][number][] = []
  const progress: unknown[] = []
  const made = new MadeWorkflows(options.results)
  const { spawn, replace, addToChord } = made
  const context: RunContext = {
    request: {
      id: 'test',
      task: definition.name,
      queue: definition.queue ?? 'default',
      attempt: options.attempt ?? 1,
      retries: definition.retries,
      enqueuedAt: Date.now(),
      headers: options.headers ?? {},
      parent: undefined,
      root: 'test',
      ...(options.schedule !== undefined && { schedule: options.schedule }),
    },
    log: createRunLog((level, fields, message) => logs.push({ level, fields, message })),
    signal: options.signal ?? new AbortController().signal,
    progress: async (value) => {
      progress.push(value)
    },
    ...{ spawn, replace, addToChord },
  }
  const scope = { run: context, carried: options.context }
  const result = await runInScope(scope, () => runOnce(definition, context, sent)).catch((thrown) =>
    made.resultOfReplaced(thrown),
  )
  const { spawned, added, replacedBy } = made
  return {
    // Where no result is kept, any may be returned.
    result: definition.ignoreResult ? result : throughCodec(definition.name, result, codec),
    ...{ logs, progress, spawned, added },
    ...(replacedBy !== undefined && { replacedBy }),
  }
}

/** Runs it with its hooks around it, as a worker does. */
async function runOnce(definition: TaskDefinition, context: RunContext, args: readonly unknown[]): Promise<unknown> {
  const tour = startTour(definition, context, args)
  if (tour === undefined) return definition.run(context, args)
  try {
    const result = await tour.run()
    await tour.returned(result)
    return result
  } catch (thrown) {
    const { retries, attempt } = context.request
    const rules = { retries, attempt, ignoreResult: false }
    await tellHooks(tour, thrown, judge(definition, thrown, rules), rules)
    throw thrown
  }
}

/** The arguments as a worker would hand them over. */
async function argsAsSent(
  definition: TaskDefinition,
  args: readonly unknown[],
  wanted: TaskCodecOptions,
): Promise<readonly unknown[]> {
  const job = { id: 'test', task: definition.name }
  const sent = CODEC.encodeEnvelope(job, { args }, NO_LIMIT, wanted)
  await checkArgs(definition, args)
  const decoded = CODEC.decodeEnvelope(job, sent)
  if (decoded.kind !== 'envelope') throw new Error('what was just written cannot be read')
  return decoded.envelope.args
}

const CODEC = createCodec()

const NO_LIMIT = { maxBytes: Number.POSITIVE_INFINITY }

function definitionOf(task: TaskClass | FunctionTaskOf<never, unknown>): TaskDefinition {
  if ('definition' in task) return task.definition
  const definition = findTask(taskNameOf(task))
  if (definition !== undefined) return definition
  throw new TaskqError('TASKQ_TASK_NOT_REGISTERED', `${taskNameOf(task)} is not registered in this process`)
}

function throughCodec(name: string, result: unknown, wanted: TaskCodecOptions): unknown {
  const { inexact, stored, large } = CODEC.encodeResult('test', result, wanted)
  if (inexact === undefined) {
    const kept: unknown = JSON.parse(JSON.stringify(stored))
    const read = CODEC.decodeResult('test', kept)
    return 'value' in read ? read.value : CODEC.decodeLarge('test', kept, large ?? 'null')
  }
  throw new TaskqError('TASKQ_PAYLOAD_NOT_JSON', `${name}: ${inexact.path} is ${inexact.what}`, {
    hint: 'Results travel as JSON; return only what JSON keeps as it is.',
  })
}

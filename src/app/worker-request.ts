import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { createCodec } from '../codec/codec.js'
import { createRedactor } from '../codec/redaction.js'
import { createRouter } from '../config/create-router.js'
import { describeConfig } from '../config/describe-config.js'
import type { ResolvedConfig } from '../config/resolved-config.js'
import { laneLimitsOf } from '../engine/limits/lane-limits.js'
import type { TaskFacts } from '../engine/workers/worker-registry.js'
import { formatProblem } from '../errors/problems.js'
import { TaskqError } from '../errors/taskq-error.js'
import type { WorkerEventSink } from '../events/worker-event.js'
import type { TaskDefinition } from '../task/definition.js'
import { queueNameProblem } from '../task/names.js'
import { isLimited } from '../task/options/limit-options.js'
import { childEnv } from '../worker/pools/child-env.js'
import type { ChildSource, PoolOptions } from '../worker/pools/pool-options.js'
import type { WorkerOptions } from '../worker/worker-options.js'
import { requireKeys } from './require-keys.js'
import { runnableTasks } from './runnable-tasks.js'
import { heardBy } from './worker-listeners.js'

/** What a caller says of the worker it wants; the rest comes from the config. */
export interface WorkerRequest {
  /** The queues to serve. Default: those of all tasks, of the config, and the default queue. */
  readonly queues?: readonly string[]
  readonly excludeQueues?: readonly string[]
  /** The worker's name, before `@host`. Default `worker`. */
  readonly name?: string
  /** End when nothing can start any more. Jobs that wait for their time stay. Default false. */
  readonly burst?: boolean
  /** End after one job. Default false. */
  readonly once?: boolean
  /** Bounds between which the worker chooses by itself how many jobs run at once. It begins with `min`. */
  readonly autoscale?: { readonly min: number; readonly max: number }
  /** What children of its pools are made of. Without it there are none. */
  readonly children?: ChildSource
  /** The module of the thread that keeps its jobs while a task blocks it. Without it there is none. */
  readonly lockThread?: URL
  readonly onEvent: WorkerEventSink
  readonly onLog: WorkerOptions['onLog']
}

/** How often a job may take its worker down: reliability first, but a poison job must not go on for ever. */
const CRASH_BUDGET = 3

/**
 * Makes a worker's options of the config, the tasks as their code has them, and the request. Pure but for the worker's id.
 *
 * @throws TaskqError `TASKQ_USAGE` for queues that cannot be, `TASKQ_CONFIG_INVALID` where a task and `taskOptions` do
 *   not go together
 */
export function planWorker(
  config: ResolvedConfig,
  written: readonly TaskDefinition[],
  request: WorkerRequest,
  version: string,
): WorkerOptions {
  const router = createRouter(config)
  const tasks = runnableTasks(config, written)
  requireKeys(config.codec, tasks)
  const queueOf = ({ name, queue }: TaskDefinition) => queue ?? router.home(name).queue
  return {
    id: `${hostname()}:${process.pid}:${randomUUID().slice(0, 8)}`,
    name: `${request.name ?? 'worker'}@${hostname()}`,
    version,
    queues: chooseQueues(config, tasks.map(queueOf), request),
    ...slotsOf(config, request),
    queueConcurrency: queueLimits(config),
    tasks,
    taskFacts: new Map(tasks.map((task) => [task.name, factsOf(task, queueOf(task))])),
    burst: request.burst ?? false,
    maxJobs: request.once === true ? 1 : Number.POSITIVE_INFINITY,
    shutdownMs: config.worker.shutdownTimeoutMs,
    lockMs: config.worker.lockMs,
    stallCheckMs: config.worker.stallCheckMs,
    ...lockThreadOf(config, request),
    crashBudget: CRASH_BUDGET,
    pools: poolsOf(config, request),
    codec: createCodec(config.codec),
    redact: createRedactor(config.redact),
    resultTtlMs: config.results.ttlMs,
    retention: {
      resultTtlMs: config.results.ttlMs,
      deadLetterTtlMs: config.deadLetters.ttlMs,
      maxDeadLetters: config.deadLetters.max,
    },
    describeConfig: () => describeConfig(config),
    onEvent: heardBy(config, request.onEvent),
    onLog: request.onLog,
  }
}

/** What is told of a task to those who do not have its code. */
function factsOf(task: TaskDefinition, queue: string): TaskFacts {
  const { ignoreResult, resultTtlMs, priority, expiresMs, codec } = task
  return {
    queue,
    limited: isLimited(task),
    ignoreResult,
    ...(resultTtlMs !== undefined && { resultTtlMs }),
    ...(priority !== undefined && { priority }),
    ...(expiresMs !== undefined && { expiresMs }),
    ...(Object.keys(codec).length > 0 && { codec }),
    ...laneLimitsOf(task),
  }
}

/** How many jobs a worker runs at once: from its start, and between which bounds where it chooses that itself. */
export function slotsOf(
  config: ResolvedConfig,
  { once, autoscale }: Pick<WorkerRequest, 'once' | 'autoscale'>,
): Pick<WorkerOptions, 'concurrency' | 'autoscale'> {
  if (once === true) return { concurrency: 1 }
  return autoscale === undefined
    ? { concurrency: config.worker.concurrency }
    : { concurrency: autoscale.min, autoscale }
}

function lockThreadOf(
  { worker: { longestBlockMs } }: ResolvedConfig,
  { lockThread: entry }: WorkerRequest,
): Pick<WorkerOptions, 'lockThread'> {
  return entry === undefined || longestBlockMs === 0 ? {} : { lockThread: { entry, longestBlockMs } }
}

function poolsOf({ worker }: ResolvedConfig, { children }: WorkerRequest): PoolOptions {
  const { pool, maxTasksPerChild, maxMemoryPerChild, childEnv: names } = worker
  const env = names && childEnv(names, process.env)
  const source = children && { ...children, ...(env !== undefined && { env }) }
  return { pool, maxTasksPerChild, maxMemoryPerChild, ...(source !== undefined && { children: source }) }
}

function chooseQueues(config: ResolvedConfig, ofTasks: readonly string[], request: WorkerRequest): string[] {
  const { queues, excludeQueues = [] } = request
  const problems = [...(queues ?? []), ...excludeQueues].flatMap((queue) => queueNameProblem('queue', queue) ?? [])
  if (problems.length > 0) throw new TaskqError('TASKQ_USAGE', problems.map(formatProblem).join('; '))
  const all = queues ?? [config.defaultQueue, ...Object.keys(config.queues), ...ofTasks]
  return [...new Set(all)].filter((queue) => !excludeQueues.includes(queue)).sort()
}

function queueLimits(config: ResolvedConfig): ReadonlyMap<string, number> {
  const entries = Object.entries(config.queues).flatMap(([queue, { concurrency }]) =>
    concurrency === undefined ? [] : [[queue, concurrency] as const],
  )
  return new Map(entries)
}

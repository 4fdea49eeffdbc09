import type { Codec } from '../codec/codec.js'
import type { Redactor } from '../codec/redaction.js'
import type { Retention } from '../engine/jobs/retention.js'
import type { TaskFacts } from '../engine/workers/worker-registry.js'
import type { WorkerEventSink } from '../events/worker-event.js'
import type { TaskDefinition } from '../task/definition.js'
import type { SlotRange } from './autoscale.js'
import type { PoolOptions } from './pools/pool-options.js'
import type { LogLevel } from './run-log.js'
import type { WorkflowDriver } from './workflow-driver.js'

/** Everything a worker needs to know; made from the config and the command line. */
export interface WorkerOptions {
  /** Unique among all workers. */
  readonly id: string
  /** For people: `worker@host`. */
  readonly name: string
  readonly version: string
  /** The logical queues it serves, each with all its lanes. */
  readonly queues: readonly string[]
  /** Jobs at once, over all queues. */
  readonly concurrency: number
  /** Bounds between which it chooses that number itself; without them it stays as it is. */
  readonly autoscale?: SlotRange
  /** Jobs at once of one queue, where it has a limit of its own. */
  readonly queueConcurrency: ReadonlyMap<string, number>
  readonly tasks: readonly TaskDefinition[]
  /** Where each of its tasks' jobs go. */
  readonly taskFacts: ReadonlyMap<string, TaskFacts>
  /** End when nothing can start any more. */
  readonly burst: boolean
  /** End after so many jobs. */
  readonly maxJobs: number
  /** How long running tasks may go on after the worker is told to stop. */
  readonly shutdownMs: number
  readonly lockMs: number
  readonly stallCheckMs: number
  /** The thread that keeps its jobs while a task blocks it. Without it, they are lost when their locks are over. */
  readonly lockThread?: { readonly entry: URL; readonly longestBlockMs: number }
  readonly crashBudget: number
  /** Where its tasks run. */
  readonly pools: PoolOptions
  /** Makes what workflows go on by, when the first of their jobs ends here. Without it, others let them go on. */
  readonly workflowDriver?: () => Promise<WorkflowDriver>
  /** How jobs and results are read and written. */
  readonly codec: Codec
  /** Masks secrets in what tasks log. */
  readonly redact: Redactor
  /** How long results are kept where their task does not say. */
  readonly resultTtlMs: number
  readonly retention: Retention
  /** The settings of its process, secrets masked, for whoever asks from outside. */
  readonly describeConfig: () => unknown
  readonly onEvent: WorkerEventSink
  /** Where tasks' log lines go, beside the job's own log. */
  readonly onLog: (
    level: LogLevel,
    job: { id: string; task: string },
    fields: object | undefined,
    message: string,
  ) => void
}

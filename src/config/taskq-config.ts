import type { Telemetry } from '../context/telemetry.js'
import type { Listeners } from '../events/listeners.js'
import type { ScheduleOptions } from '../schedule/schedule-options.js'
import type { Middleware } from '../task/middleware.js'
import type { PoolKind } from '../task/options/time-options.js'
import type { Duration } from '../time/duration.js'
import type { AlertOptions } from './alert-options.js'
import type { BrokerOptions } from './broker-options.js'
import type { CodecConfig } from './codec-config.js'
import type { Route } from './route.js'
import type { TaskOverrides } from './task-overrides.js'

/** What `taskq.config.ts` exports. Every key may be left out; docs/reference/configuration.md explains each. */
export interface TaskqConfig {
  /** Where Redis is: `redis://…`, `rediss://…` or {@link BrokerOptions}. Default: the embedded development broker. */
  readonly broker?: string | BrokerOptions | undefined
  /** The name of this app's keys in Redis. Apps with different names share a Redis unseen. Default `'taskq'`. */
  readonly prefix?: string
  /**
   * Where the task files are, as globs from the project's root.
   * Default: `src/tasks`, and where nothing is found there, `dist/tasks`.
   */
  readonly tasks?: readonly string[]
  /** The queue of tasks that name none. Default `'default'`. */
  readonly defaultQueue?: string
  /** What is special about a queue, by its name. */
  readonly queues?: Readonly<Record<string, QueueOptions>>
  /**
   * Where tasks go that name no queue themselves: by name, glob with `*`, RegExp, or a function of the call; the first
   * match wins.
   */
  readonly routes?: readonly Route[]
  /**
   * Options of tasks, by name or glob with `*`, laid over those of `@Task` and `defineTask`; of entries that match the
   * same task, later ones win option by option. All options but `name`, `schema`, `version` and `migrate`.
   *
   * @example { 'reports.*': { retries: 3, timeLimit: '10m' } }
   */
  readonly taskOptions?: Readonly<Record<string, TaskOverrides>>
  /** What runs by itself and when, by the entry's name; Beat sees to it. */
  readonly schedule?: Readonly<Record<string, ScheduleOptions>>
  /** The zone of schedule entries that name none. Default `'UTC'`. */
  readonly timezone?: string
  readonly worker?: WorkerOptions
  readonly results?: {
    /** How long a result is kept. Default `'24h'`. */
    readonly ttl?: Duration
    /** A job whose result is larger has failed. Bytes of JSON. Default 1,048,576 (1 MiB). */
    readonly max?: number
  }
  readonly deadLetters?: {
    /** How long a dead letter is kept. Default `'30d'`. */
    readonly ttl?: Duration
    /** How many are kept per queue, and per task with limits; the oldest go first. Default 10,000. */
    readonly max?: number
  }
  readonly payload?: {
    /** Larger arguments are refused. Bytes of JSON. Default 262,144 (256 KiB). */
    readonly max?: number
    /** Larger arguments are logged as a warning. Bytes of JSON. Default 32,768 (32 KiB). */
    readonly warn?: number
  }
  /** How arguments and results travel: types, compression, encryption, signatures. Default: strict JSON. */
  readonly codec?: CodecConfig
  /** Code around every enqueue and every run; the first is the outermost. */
  readonly middleware?: readonly Middleware[]
  /** Called when something happens, in the process where it does: `{ 'job.dead-lettered': (event) => { … } }`. */
  readonly on?: Listeners
  /** Traces jobs from their enqueue to their runs: `new BullMQOtel({ tracerName: 'shop' })` of `bullmq-otel`. */
  readonly telemetry?: Telemetry | undefined
  /** How long an enqueue waits for a broker that does not answer. Default `'5s'`. */
  readonly enqueueTimeout?: Duration
  /**
   * When an enqueue counts as done: when the broker has the job (`'acknowledged'`), or when so many of its replicas have
   * it, too (`'replicated'` for one). Default `'acknowledged'`.
   */
  readonly durability?: Durability
  /** What a worker and Beat look at before they begin, and refuse unless it is allowed. */
  readonly preflight?: {
    /** Serve a broker that drops keys when its memory is full. Default false. */
    readonly allowEviction?: boolean
    /** Work on a machine whose clock is more than 30 s away from the broker's. Default false. */
    readonly allowClockSkew?: boolean
  }
  /** Fields that are masked wherever a job's data is shown, beside those that always are: `['taxId']`. */
  readonly redact?: readonly string[]
  readonly log?: {
    /** The least level that is written. Default `'info'`. */
    readonly level?: LogLevel
    /** `pretty` for people, `json` for machines. Default: `pretty` on a terminal, else `json`. */
    readonly format?: LogFormat
  }
  /** When somebody is told that jobs wait too long or fail too often, and where. Default: nobody is. */
  readonly alerts?: AlertOptions
}

/** When an enqueue counts as done: see `durability`. */
export type Durability = 'acknowledged' | 'replicated' | { readonly replicas: number }

/** What is special about one queue. */
export interface QueueOptions {
  /** At most that many jobs of this queue at once in one worker. Default: as many as the worker has slots. */
  readonly concurrency?: number
  /**
   * Whether its jobs go by their `priority`, 9 first and 0 last. A job costs some more then: about 12 % of the speed of a
   * queue that does nothing else. Default false: in their order.
   */
  readonly priorities?: boolean
}

/** How a worker runs. */
export interface WorkerOptions {
  /** At most that many jobs at once, over all queues. Default 10. */
  readonly concurrency?: number
  /** How long running jobs may go on after SIGTERM before they are given back. Default `'25s'`. */
  readonly shutdownTimeout?: Duration
  /** How long a job stays a worker's that gives no sign of life. Default `'10s'`. */
  readonly lock?: Duration
  /** How often jobs of lost workers are looked for. Default `'5s'`. */
  readonly stallCheck?: Duration
  /**
   * How long a task may block the event loop while the worker's jobs stay its own. One that is stuck for longer loses
   * them. `0`: jobs are lost as soon as their lock is over. Default `'5m'`.
   */
  readonly longestBlock?: Duration
  /** Where tasks run that do not say it: in the worker itself, in child processes, or in threads. Default `'async'`. */
  readonly pool?: PoolKind
  /** A child of a pool is replaced by a new one after so many runs. Default: it stays. */
  readonly maxTasksPerChild?: number
  /**
   * A child of a pool that holds more memory after a run is replaced by a new one: `'200mb'`, or a number of bytes. Of a
   * process all its memory counts, of a thread its heap. Default: it stays.
   */
  readonly maxMemoryPerChild?: string | number
  /**
   * The environment variables that children of pools get, beside those that Node and taskq need; a `*` at the end stands
   * for anything. Default: all of the worker's.
   */
  readonly childEnv?: readonly string[]
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent'
export type LogFormat = 'pretty' | 'json'

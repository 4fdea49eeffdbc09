import type { Duration } from '../../time/duration.js'
import { formatDuration } from '../../time/duration.js'
import { LONGEST_TIMER_MS, type OptionReader } from './option-reader.js'

/**
 * Where a task's code runs.
 *
 * - `async`: in the worker's own process and thread. For work that waits: requests, databases
 * - `process`: in a child process. For work that computes, or that must be ended by force
 * - `thread`: in a worker thread. As `process`, lighter, but a native crash takes the worker along
 */
export type PoolKind = 'async' | 'process' | 'thread'

export const POOL_KINDS = ['async', 'process', 'thread'] as const satisfies readonly PoolKind[]

/** What Celery's names of pools stand for; its `solo` is `async` with one job at once. */
export const POOL_ALIASES: ReadonlyMap<string, PoolKind> = new Map([
  ['prefork', 'process'],
  ['processes', 'process'],
  ['threads', 'thread'],
  ['gevent', 'async'],
  ['eventlet', 'async'],
  ['solo', 'async'],
])

/** How long a task's runs may take, and where they run. */
export interface TimeOptions {
  /**
   * A run is told to end after so long: `this.signal` is aborted with `TASKQ_JOB_TIME_LIMIT`. Must not be above
   * `timeLimit`. Default: no limit. Celery's `soft_time_limit`.
   */
  readonly softTimeLimit?: Duration
  /**
   * A run is ended after so long: in a `process` or `thread` pool its child is killed; in the `async` pool, and in native
   * code that blocks a thread, it is given up, and its code may go on. It has failed then, and is retried as after any failure. Default: no limit. Celery's
   * `time_limit`.
   */
  readonly timeLimit?: Duration
  /** Where it runs. Default: the worker's `pool`, which is `'async'`. */
  readonly pool?: PoolKind
}

/** {@link TimeOptions}, checked. */
export interface ResolvedTimeOptions {
  readonly softTimeLimitMs: number | undefined
  readonly timeLimitMs: number | undefined
  readonly pool: PoolKind | undefined
}

export const TIME_KEYS = ['softTimeLimit', 'timeLimit', 'pool'] as const satisfies readonly (keyof TimeOptions)[]

/** A call may set them, too. */
export function readTimeOptions(reader: OptionReader): ResolvedTimeOptions {
  const softTimeLimitMs = reader.duration('softTimeLimit', 1, LONGEST_TIMER_MS)
  const timeLimitMs = reader.duration('timeLimit', 1, LONGEST_TIMER_MS)
  if (softTimeLimitMs !== undefined && timeLimitMs !== undefined && softTimeLimitMs > timeLimitMs)
    reader.refuse('softTimeLimit', `at most timeLimit, which is ${formatDuration(timeLimitMs)}`)
  return { softTimeLimitMs, timeLimitMs, pool: reader.oneOf('pool', POOL_KINDS) }
}

import type { RateWindow } from '../../time/rate.js'
import type { KeyedLimit } from '../limits/lane-limits.js'

/**
 * What a logical queue holds and how it stands, over all its lanes. The cost does not depend on how much it holds. What
 * is damaged, as a key that was overwritten with another type, counts as empty; all else is told.
 */
export interface QueueOverview {
  readonly queue: string
  /** Wait for a worker. */
  readonly queued: number
  /** Wait for the end of another job. */
  readonly blocked: number
  /** Wait for their time, and have not failed yet. */
  readonly scheduled: number
  /** Failed, and wait for their next run. */
  readonly retrying: number
  readonly active: number
  readonly succeeded: number
  /** Dead letters, and jobs that were revoked. */
  readonly dead: number
  /**
   * Since when the job waits that has waited longest, in milliseconds since 1970. By the clock of whoever enqueued it,
   * or of the worker that put it back: as wrong as that clock is, but never in the broker's future.
   */
  readonly oldestQueuedAt: number | undefined
  readonly paused: boolean
  /** Its tasks that have a limit of their own. */
  readonly limits: readonly LaneLimit[]
}

/** The limits of a task, as they stand in the broker. */
export interface LaneLimit {
  readonly task: string
  /** Its rate; left out where it has none. */
  readonly window?: RateWindow
  /** How many of its jobs run at once, at the most. */
  readonly maxConcurrency?: number
  /** Which of them hold for each key by itself. */
  readonly keyed?: readonly KeyedLimit[]
  /** Whether one of them was set while running, and is not the code's. */
  readonly overridden: boolean
  /** Nothing more of it starts for so long; 0 where it has not reached its rate, or each key has one by itself. */
  readonly limitedForMs: number
  readonly queued: number
}

import type { BackoffOptions } from '../retry/backoff.js'
import type { Duration } from '../time/duration.js'
import type { PoolKind } from './options/time-options.js'
import type { SameJobOptions } from './options/unique-options.js'

/** What travels beside the arguments, to be read by middleware, routes and operators. */
export type Headers = Readonly<Record<string, HeaderValue>>
export type HeaderValue = string | number | boolean

/** What `applyAsync` and `sendTask` take beside the arguments. What is left out is the task's. */
export interface EnqueueOptions extends SameJobOptions {
  /** Run after this long. Default: as soon as a slot is free. */
  readonly countdown?: Duration
  /** Run at this instant, a Date or a text such as `'2026-12-24T18:00:00Z'`; one that is over means now. Instead of `countdown`. */
  readonly eta?: Date | string
  /** The job ends as `expired` where no run of it has begun by then: a time from now on, or an instant. Default: the task's. */
  readonly expires?: Duration | Date | string
  /** 0 to 9, 9 first; see the task's option. */
  readonly priority?: number
  /** Another queue for this job alone. */
  readonly queue?: string
  /**
   * The job's id, with `u_` put in front: letters, digits, `.`, `_`, `-`; at most 128. Where the app has a job of this
   * id, in any queue, none is added. Default: a new one.
   */
  readonly taskId?: string
  /**
   * A call with the same key of the same task makes no second job, also after the first has ended, for as long as
   * `idempotencyTtl` says: its handle is the first's. At most 200 characters.
   */
  readonly idempotencyKey?: string
  /** Default `'24h'`. */
  readonly idempotencyTtl?: Duration
  /** Travels with the job: at most 50, of text, numbers, true and false. */
  readonly headers?: Headers
  /** Another number of extra runs for this job alone. */
  readonly retries?: number
  /** Another wait between its runs. */
  readonly backoff?: BackoffOptions
  readonly softTimeLimit?: Duration
  readonly timeLimit?: Duration
  /** Where this job alone runs. */
  readonly pool?: PoolKind
  /** The key of its rate limit, where it is not what the task's `rateKey` makes of the arguments. */
  readonly rateKey?: string
  /** The key of its concurrency limit, where it is not what the task's `concurrencyKey` makes of the arguments. */
  readonly concurrencyKey?: string
  readonly acks?: 'late' | 'early'
  readonly ignoreResult?: boolean
  readonly resultTtl?: Duration
}

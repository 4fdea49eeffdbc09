import type { Duration } from '../time/duration.js'

/** What `applyAsync` and `sendTask` take beside the arguments. */
export interface EnqueueOptions {
  /** Run after this long. Default: as soon as a slot is free. */
  readonly countdown?: Duration
  /** Another queue for this job alone. */
  readonly queue?: string
  /** Another number of extra runs for this job alone. */
  readonly retries?: number
}

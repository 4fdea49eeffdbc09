import { BUCKET_COUNT, bucketOf } from './histogram.js'

/** How runs ended, and how long they waited and took: of one task in one stretch of time. */
export interface TaskCounts {
  succeeded: number
  /** Failed for good. */
  failed: number
  /** Failed, and run again. */
  retried: number
  revoked: number
  /** Ended without a run, since they could not begin in time. */
  expired: number
  /** From the time a first run could begin to when it did. */
  readonly wait: number[]
  /** All runs that ended, however they did. */
  readonly run: number[]
}

/** How a run ended, as far as counting goes. */
export type CountedEnd = 'succeeded' | 'failed' | 'retried' | 'revoked' | 'expired'

/** Counts of nothing yet. */
export const noCounts = (): TaskCounts => ({
  succeeded: 0,
  failed: 0,
  retried: 0,
  revoked: 0,
  expired: 0,
  wait: new Array<number>(BUCKET_COUNT).fill(0),
  run: new Array<number>(BUCKET_COUNT).fill(0),
})

/** Counts one duration. */
export function countDuration(buckets: number[], ms: number): void {
  const bucket = bucketOf(ms)
  buckets[bucket] = (buckets[bucket] ?? 0) + 1
}

/** Adds `more` to `sum`. */
export function addCounts(sum: TaskCounts, more: TaskCounts): void {
  sum.succeeded += more.succeeded
  sum.failed += more.failed
  sum.retried += more.retried
  sum.revoked += more.revoked
  sum.expired += more.expired
  for (let index = 0; index < BUCKET_COUNT; index++) {
    sum.wait[index] = (sum.wait[index] ?? 0) + (more.wait[index] ?? 0)
    sum.run[index] = (sum.run[index] ?? 0) + (more.run[index] ?? 0)
  }
}

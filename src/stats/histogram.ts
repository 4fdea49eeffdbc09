/**
 * Durations in buckets that double: bucket `i` holds those up to `2 ** i` milliseconds, the last one all longer ones.
 * Twenty-four buckets reach from 1 ms to 2.3 hours, and any number of runs costs the same few numbers.
 */
export const BUCKET_COUNT = 25

/** How many durations fell into each bucket. Buckets that are missing are 0. */
export type Buckets = readonly number[]

/** The upper bounds of all buckets but the last, in milliseconds. */
export const BUCKET_BOUNDS_MS: readonly number[] = Object.freeze(
  Array.from({ length: BUCKET_COUNT - 1 }, (_, index) => 2 ** index),
)

/** The bucket that a duration falls into. */
export function bucketOf(ms: number): number {
  if (!(ms > 1)) return 0
  return Math.min(BUCKET_COUNT - 1, Math.ceil(Math.log2(ms)))
}

/**
 * The duration that a share of all is not longer than, in milliseconds; within its bucket it is taken to be spread
 * evenly, so it is right within a factor of two, mostly much closer. Undefined where there is none.
 *
 * @param share 0.5 for the median, 0.95, 0.99
 */
export function percentile(buckets: Buckets, share: number): number | undefined {
  const total = buckets.reduce((sum, count) => sum + (count ?? 0), 0)
  if (total === 0) return undefined
  const rank = share * total
  let below = 0
  for (let index = 0; index < BUCKET_COUNT; index++) {
    const count = buckets[index] ?? 0
    if (count > 0 && below + count >= rank) {
      const from = index === 0 ? 0 : 2 ** (index - 1)
      const to = 2 ** index
      return from + ((rank - below) / count) * (to - from)
    }
    below += count
  }
  return 2 ** (BUCKET_COUNT - 1)
}

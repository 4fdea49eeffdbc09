import { describe, expect, test } from 'vitest'
import { BUCKET_BOUNDS_MS, BUCKET_COUNT, bucketOf, percentile } from '../../src/stats/histogram.js'
import { addCounts, countDuration, noCounts } from '../../src/stats/task-counts.js'

/** Numbers that look random and are the same in every run. */
function* numbers(seed: number): Generator<number, never> {
  let state = seed
  for (;;) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    yield state / 2 ** 32
  }
}

/** Durations from 1 ms to about `maxMs`, as many short as long ones by their order of magnitude. */
function durations(count: number, maxMs: number, seed: number): number[] {
  const random = numbers(seed)
  return Array.from({ length: count }, () => maxMs ** random.next().value)
}

function bucketsOf(values: readonly number[]): number[] {
  const buckets = noCounts().run
  for (const value of values) countDuration(buckets, value)
  return buckets
}

describe('buckets', () => {
  test('hold what is up to their bound, and longer than the one before', () => {
    expect(BUCKET_BOUNDS_MS).toHaveLength(BUCKET_COUNT - 1)
    for (const [index, bound] of BUCKET_BOUNDS_MS.entries()) {
      expect(bucketOf(bound)).toBe(index)
      expect(bucketOf(bound + 0.001 * bound)).toBe(index + 1)
    }
  })

  test.for([0, -1, 0.2, 1, Number.NaN, Number.NEGATIVE_INFINITY])('the first one holds %d', (ms) => {
    expect(bucketOf(ms)).toBe(0)
  })

  test.for([2 ** 24, 1e12, Number.MAX_VALUE, Number.POSITIVE_INFINITY])('the last one holds %d', (ms) => {
    expect(bucketOf(ms)).toBe(BUCKET_COUNT - 1)
  })
})

describe('percentiles', () => {
  test('are undefined where there is nothing', () => {
    expect(percentile([], 0.5)).toBeUndefined()
    expect(percentile(noCounts().run, 0.99)).toBeUndefined()
  })

  test.for([1, 2, 3, 4, 5, 6])('are right within a factor of two (seed %i)', (seed) => {
    const values = durations(seed * 37, 1e6, seed).sort((a, b) => a - b)
    const buckets = bucketsOf(values)
    for (const share of [0.5, 0.9, 0.95, 0.99, 1]) {
      const exact = values[Math.ceil(share * values.length) - 1] ?? Number.NaN
      const told = percentile(buckets, share) ?? Number.NaN
      expect(told / exact).toBeGreaterThan(0.5 - 1e-9)
      expect(told / exact).toBeLessThanOrEqual(2 + 1e-9)
    }
  })

  test.for([1, 2, 3])('never fall while the share grows (seed %i)', (seed) => {
    const buckets = bucketsOf(durations(500, 1e7, seed))
    const told = Array.from({ length: 101 }, (_, hundredths) => percentile(buckets, hundredths / 100) ?? Number.NaN)
    expect(told.every(Number.isFinite)).toBe(true)
    expect(told).toEqual([...told].sort((a, b) => a - b))
  })

  test('lie within the bucket of all, where all are alike', () => {
    for (const ms of [0.5, 3, 700, 5_000_000]) {
      const buckets = bucketsOf(Array.from({ length: 9 }, () => ms))
      for (const share of [0.01, 0.5, 0.99])
        expect(bucketOf(percentile(buckets, share) ?? Number.NaN)).toBe(bucketOf(ms))
    }
  })

  test('take buckets that are missing for empty ones', () => {
    expect(percentile([0, 0, 4], 0.5)).toBe(3)
  })
})

describe('counts', () => {
  test('add up to the counts of everything at once', () => {
    const [one, other] = [durations(100, 1e5, 1), durations(50, 1e5, 2)]
    const sum = { ...noCounts(), succeeded: 1, failed: 2, retried: 3, revoked: 4, expired: 5 }
    for (const ms of one) countDuration(sum.run, ms)
    const more = { ...noCounts(), succeeded: 10, failed: 20, retried: 30, revoked: 40, expired: 50 }
    for (const ms of other) countDuration(more.run, ms)
    for (const ms of other) countDuration(more.wait, ms)
    addCounts(sum, more)
    expect(sum).toEqual({
      succeeded: 11,
      failed: 22,
      retried: 33,
      revoked: 44,
      expired: 55,
      run: bucketsOf([...one, ...other]),
      wait: bucketsOf(other),
    })
  })

  test('of nothing share nothing', () => {
    const one = noCounts()
    countDuration(one.run, 5)
    expect(noCounts().run.every((count) => count === 0)).toBe(true)
    expect(one.run[3]).toBe(1)
  })
})

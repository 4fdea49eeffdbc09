import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatProblem, type Problem } from '../../src/errors/problems.js'
import { type BackoffPolicy, backoffMs, DEFAULT_BACKOFF, parseBackoff } from '../../src/retry/backoff.js'

const policy = (change: Partial<BackoffPolicy> = {}): BackoffPolicy => ({ ...DEFAULT_BACKOFF, ...change })

describe('parseBackoff', () => {
  const parse = (value: unknown) => {
    const problems: Problem[] = []
    return { policy: parseBackoff(value, problems), problems: problems.map(formatProblem) }
  }

  test('fills in every default', () => {
    for (const value of [undefined, {}]) {
      expect(parse(value)).toEqual({
        policy: { type: 'exponential', delayMs: 1000, factor: 2, maxMs: 3_600_000, jitter: 1 },
        problems: [],
      })
    }
  })

  test.each([
    [{ type: 'fixed' }, { type: 'fixed' }],
    [{ delay: '30s' }, { delayMs: 30_000 }],
    [{ delay: 0 }, { delayMs: 0 }],
    [{ max: '5m' }, { maxMs: 300_000 }],
    [{ jitter: false }, { jitter: 0 }],
    [{ jitter: true }, { jitter: 1 }],
    [{ jitter: 0.2 }, { jitter: 0.2 }],
  ])('accepts %j', (value, change) => {
    expect(parse(value)).toEqual({ policy: policy(change as Partial<BackoffPolicy>), problems: [] })
  })

  test.each([
    [{ type: 'linear' }, "backoff.type: expected 'exponential', 'polynomial', 'fixed' or a function, got \"linear\""],
    [{ delay: '5 minutes' }, 'backoff.delay: expected a duration'],
    [{ max: -1 }, 'backoff.max: expected a duration'],
    [{ jitter: 1.5 }, 'backoff.jitter: expected true, false or a number from 0 to 1, got 1.5'],
    [{ delya: '1s' }, '(did you mean delay?)'],
    ['fixed', 'backoff: expected an object'],
    [null, 'backoff: expected an object'],
  ])('refuses %j', (value, message) => {
    const { problems } = parse(value)
    expect(problems).toHaveLength(1)
    expect(problems[0]).toContain(message)
  })
})

describe('backoffMs', () => {
  test('doubles without jitter, up to the limit', () => {
    const waits = [1, 2, 3, 4, 5].map((failures) => backoffMs(policy({ jitter: 0, maxMs: 6000 }), failures))
    expect(waits).toEqual([1000, 2000, 4000, 6000, 6000])
  })

  test('stays the same when fixed', () => {
    const waits = [1, 2, 50].map((failures) => backoffMs(policy({ type: 'fixed', delayMs: 700, jitter: 0 }), failures))
    expect(waits).toEqual([700, 700, 700])
  })

  test('leaves the last fifth to chance with jitter 0.2', () => {
    expect(backoffMs(policy({ jitter: 0.2 }), 1, 0)).toBe(1000)
    expect(backoffMs(policy({ jitter: 0.2 }), 1, 1)).toBe(800)
  })

  test('is a number, too, where nothing grows for ever', () => {
    const nothing = { ...DEFAULT_BACKOFF, delayMs: 0, jitter: 0, factor: 100 }
    expect(backoffMs({ ...nothing, type: 'exponential' }, 1000)).toBe(0)
    expect(backoffMs({ ...nothing, type: 'polynomial' }, 5000)).toBe(0)
  })

  test('lies between what jitter leaves and the limit, for any policy and any failure', () => {
    const anyPolicy = fc.record({
      type: fc.constantFrom('exponential' as const, 'polynomial' as const, 'fixed' as const),
      delayMs: fc.nat(10_000_000),
      factor: fc.double({ min: 1, max: 100, noNaN: true }),
      maxMs: fc.nat(100_000_000),
      jitter: fc.double({ min: 0, max: 1, noNaN: true }),
    })
    const chance = fc.double({ min: 0, max: 1, noNaN: true })
    fc.assert(
      fc.property(anyPolicy, fc.integer({ min: 1, max: 5000 }), chance, (given, failures, random) => {
        const wait = backoffMs(given, failures, random)
        const whole = backoffMs({ ...given, jitter: 0 }, failures)
        expect(Number.isInteger(wait)).toBe(true)
        expect(whole).toBeLessThanOrEqual(given.maxMs)
        expect(wait).toBeGreaterThanOrEqual(Math.floor(whole * (1 - given.jitter)))
        expect(wait).toBeLessThanOrEqual(whole)
      }),
    )
  })
})

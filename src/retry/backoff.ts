import { type Problem, show, unknownKeys } from '../errors/problems.js'
import { DURATION_FORM, type Duration, parseDuration } from '../time/duration.js'

/** How long to wait before a job runs again after a failure. */
export interface BackoffOptions {
  /**
   * How the wait grows with each failure: `exponential` multiplies it by `factor`, `polynomial` goes by the failures to
   * the power of `factor`, `fixed` keeps it. Or a function of how many runs have failed (1 for the first) and of what
   * was thrown, which returns the wait: `max` and `jitter` hold for it, too. Default `exponential`.
   */
  readonly type?: 'exponential' | 'polynomial' | 'fixed' | BackoffFunction
  /** The first wait. Default `'1s'`. */
  readonly delay?: Duration
  /** 1 to 100. Default 2 for `exponential`, 4 for `polynomial`. */
  readonly factor?: number
  /** No wait is longer than this. Default `'1h'`. */
  readonly max?: Duration
  /**
   * How much of the wait is left to chance, so that jobs that failed together do not come back
   * together: `true` or `1` for all of it (anything from 0 to the wait), `0.2` for its last fifth,
   * `false` or `0` for none. Default `true`, as in Celery
   * (https://docs.celeryq.dev/en/stable/userguide/tasks.html#Task.retry_jitter).
   */
  readonly jitter?: boolean | number
}

/** Says how long to wait. What it throws, and what is no duration, counts as the first wait. */
export type BackoffFunction = (failures: number, error: unknown) => Duration

/** {@link BackoffOptions} with every default filled in. */
export interface BackoffPolicy {
  readonly type: 'exponential' | 'polynomial' | 'fixed' | BackoffFunction
  readonly delayMs: number
  readonly factor: number
  readonly maxMs: number
  /** 0 to 1. */
  readonly jitter: number
}

export const DEFAULT_BACKOFF: BackoffPolicy = Object.freeze({
  type: 'exponential',
  delayMs: 1000,
  factor: 2,
  maxMs: 3_600_000,
  jitter: 1,
})

/** More would soon be infinite, and infinitely often nothing is no number. */
const MAX_GROWTH = Number.MAX_SAFE_INTEGER

/** Sidekiq's: https://github.com/sidekiq/sidekiq/wiki/Error-Handling#automatic-job-retry */
const POLYNOMIAL_FACTOR = 4

const KEYS = ['type', 'delay', 'factor', 'max', 'jitter'] as const
const TYPES = ['exponential', 'polynomial', 'fixed'] as const

/** Fills in the defaults; what is wrong is added to `problems`. */
export function parseBackoff(value: unknown, problems: Problem[], path = 'backoff'): BackoffPolicy {
  if (value === undefined) return DEFAULT_BACKOFF
  if (typeof value !== 'object' || value === null) {
    problems.push({ key: path, expected: "an object such as { type: 'exponential', delay: '1s' }", got: show(value) })
    return DEFAULT_BACKOFF
  }
  problems.push(...unknownKeys(value, KEYS, `${path}.`))
  const given = value as BackoffOptions
  const type = given.type ?? DEFAULT_BACKOFF.type
  if (typeof type !== 'function' && !TYPES.includes(type)) {
    problems.push({
      key: `${path}.type`,
      expected: `${TYPES.map((word) => `'${word}'`).join(', ')} or a function`,
      got: show(type),
    })
  }
  return Object.freeze({
    type,
    delayMs: durationOf(given.delay, DEFAULT_BACKOFF.delayMs, `${path}.delay`, problems),
    factor: factorOf(given, `${path}.factor`, problems),
    maxMs: durationOf(given.max, DEFAULT_BACKOFF.maxMs, `${path}.max`, problems),
    jitter: jitterOf(given.jitter, `${path}.jitter`, problems),
  })
}

/** Whether a policy can travel with a job. */
export const isBackoffData = ({ type }: BackoffPolicy): boolean => typeof type !== 'function'

/**
 * The wait before the next run, in milliseconds. Never throws.
 *
 * @param failures how many runs have failed, 1 for the first
 * @param random a number from 0 to 1
 */
export function backoffMs(
  policy: BackoffPolicy,
  failures: number,
  random: number = Math.random(),
  error?: unknown,
): number {
  const wait = Math.min(plainWaitMs(policy, failures, error), policy.maxMs)
  return Math.round(wait * (1 - policy.jitter * random))
}

function plainWaitMs({ type, delayMs, factor }: BackoffPolicy, failures: number, error: unknown): number {
  if (type === 'fixed') return delayMs
  if (type === 'exponential') return delayMs * Math.min(factor ** (failures - 1), MAX_GROWTH)
  if (type === 'polynomial') return delayMs * Math.min(failures ** factor, MAX_GROWTH)
  try {
    return parseDuration(type(failures, error)) ?? delayMs
  } catch {
    return delayMs
  }
}

function factorOf({ factor, type }: BackoffOptions, key: string, problems: Problem[]): number {
  if (factor === undefined) return type === 'polynomial' ? POLYNOMIAL_FACTOR : DEFAULT_BACKOFF.factor
  if (typeof factor !== 'number' || !(factor >= 1 && factor <= 100))
    problems.push({ key, expected: 'a number from 1 to 100', got: show(factor) })
  return factor
}

function durationOf(value: Duration | undefined, fallback: number, key: string, problems: Problem[]): number {
  if (value === undefined) return fallback
  const ms = parseDuration(value)
  if (ms === undefined) problems.push({ key, expected: DURATION_FORM, got: show(value) })
  return ms ?? fallback
}

function jitterOf(value: boolean | number | undefined, key: string, problems: Problem[]): number {
  if (value === undefined) return DEFAULT_BACKOFF.jitter
  if (typeof value === 'boolean') return value ? 1 : 0
  if (typeof value === 'number' && value >= 0 && value <= 1) return value
  problems.push({ key, expected: 'true, false or a number from 0 to 1', got: show(value) })
  return DEFAULT_BACKOFF.jitter
}

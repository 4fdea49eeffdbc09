import { type Problem, show, unknownKeys } from '../errors/problems.js'
import { DURATION_FORM, type Duration, parseDuration } from '../time/duration.js'

/** How long to wait before a job runs again after a failure. */
export interface BackoffOptions {
  /** `exponential` doubles the wait with each failure; `fixed` keeps it. Default `exponential`. */
  readonly type?: 'exponential' | 'fixed'
  /** The first wait. Default `'1s'`. */
  readonly delay?: Duration
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

/** {@link BackoffOptions} with every default filled in. */
export interface BackoffPolicy {
  readonly type: 'exponential' | 'fixed'
  readonly delayMs: number
  readonly maxMs: number
  /** 0 to 1. */
  readonly jitter: number
}

export const DEFAULT_BACKOFF: BackoffPolicy = Object.freeze({
  type: 'exponential',
  delayMs: 1000,
  maxMs: 3_600_000,
  jitter: 1,
})

const KEYS = ['type', 'delay', 'max', 'jitter'] as const

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
  if (type !== 'exponential' && type !== 'fixed') {
    problems.push({ key: `${path}.type`, expected: "'exponential' or 'fixed'", got: show(type) })
  }
  return Object.freeze({
    type,
    delayMs: durationOf(given.delay, DEFAULT_BACKOFF.delayMs, `${path}.delay`, problems),
    maxMs: durationOf(given.max, DEFAULT_BACKOFF.maxMs, `${path}.max`, problems),
    jitter: jitterOf(given.jitter, `${path}.jitter`, problems),
  })
}

/**
 * The wait before the next run, in milliseconds.
 *
 * @param failures how many runs have failed, 1 for the first
 * @param random a number from 0 to 1
 */
export function backoffMs(policy: BackoffPolicy, failures: number, random: number = Math.random()): number {
  const growth = policy.type === 'exponential' ? 2 ** Math.min(failures - 1, 52) : 1
  const wait = Math.min(policy.delayMs * growth, policy.maxMs)
  return Math.round(wait * (1 - policy.jitter * random))
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

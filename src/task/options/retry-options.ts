import { type BackoffOptions, type BackoffPolicy, parseBackoff } from '../../retry/backoff.js'
import { type ErrorRule, readErrorRules } from '../../retry/error-rule.js'
import type { OptionReader } from './option-reader.js'

/** What a task does when a run fails. */
export interface RetryOptions {
  /** How many *extra* runs a failed job gets: 3 means four runs at most. Default 0. */
  readonly retries?: number
  /** The wait between runs. Default: exponential from 1 s, at most 1 h, full jitter. */
  readonly backoff?: BackoffOptions
  /**
   * Only these errors are retried: classes (and their subclasses), names, or functions that judge an error. Default:
   * all are. How often, `retries` says. Celery's `autoretry_for`.
   */
  readonly retryOn?: ErrorRule | readonly ErrorRule[]
  /** These errors are never retried; wins over `retryOn`. Default: none. Celery's `dont_autoretry_for`. */
  readonly dontRetryOn?: ErrorRule | readonly ErrorRule[]
  /**
   * Errors that are a part of the task's work: logged in one line at `info`, without a stack. They are retried as all
   * others are. Default: none. Celery's `throws`.
   */
  readonly throws?: ErrorRule | readonly ErrorRule[]
}

/** {@link RetryOptions}, checked. */
export interface ResolvedRetryOptions {
  readonly retries: number
  readonly backoff: BackoffPolicy
  /** Undefined where all errors are retried. */
  readonly retryOn: readonly ErrorRule[] | undefined
  readonly dontRetryOn: readonly ErrorRule[]
  readonly throws: readonly ErrorRule[]
}

export const RETRY_KEYS = [
  'retries',
  'backoff',
  'retryOn',
  'dontRetryOn',
  'throws',
] as const satisfies readonly (keyof RetryOptions)[]

export const MAX_RETRIES = 1000

export function readRetryOptions(reader: OptionReader): ResolvedRetryOptions {
  return {
    retries: reader.wholeNumber('retries', 0, MAX_RETRIES) ?? 0,
    backoff: parseBackoff(reader.value('backoff'), reader.problems),
    retryOn: readErrorRules(reader.value('retryOn'), 'retryOn', reader.problems),
    dontRetryOn: readErrorRules(reader.value('dontRetryOn'), 'dontRetryOn', reader.problems) ?? [],
    throws: readErrorRules(reader.value('throws'), 'throws', reader.problems) ?? [],
  }
}

import { type BackoffPolicy, backoffMs, parseBackoff } from './backoff.js'
import { type ErrorRule, matchesAny } from './error-rule.js'
import { signalIn } from './task-signal.js'
import type { Verdict } from './verdict.js'

/** The policy that judges a failed run. */
export interface RetryPolicy {
  /** How many extra runs a job gets after its first. */
  readonly retries: number
  readonly backoff: BackoffPolicy
  /** Undefined where all errors are retried. */
  readonly retryOn?: readonly ErrorRule[] | undefined
  readonly dontRetryOn?: readonly ErrorRule[]
}

/**
 * Judges a failed run by what it threw: a signal says itself what it wants; anything else is retried where the policy
 * allows it. Never throws.
 *
 * @param attempt the run's number, 1 for the first
 */
export function judgeFailure(policy: RetryPolicy, attempt: number, thrown?: unknown, random?: number): Verdict {
  const waitMs = () => backoffMs(ownBackoff(thrown) ?? policy.backoff, attempt, random, thrown)
  const signal = signalIn(thrown)
  if (signal !== undefined) return signal.judge({ retries: policy.retries, attempt }, waitMs)
  if (attempt > policy.retries || !isRetried(policy, thrown)) return { kind: 'dead' }
  return { kind: 'retry', delayMs: waitMs() }
}

function isRetried({ retryOn, dontRetryOn = [] }: RetryPolicy, thrown: unknown): boolean {
  if (matchesAny(dontRetryOn, thrown)) return false
  return retryOn === undefined || matchesAny(retryOn, thrown)
}

/** An error may carry a backoff of its own, which wins; one that is none is not looked at. */
function ownBackoff(thrown: unknown): BackoffPolicy | undefined {
  try {
    const own = thrown instanceof Error ? (thrown as { backoff?: unknown }).backoff : undefined
    if (typeof own !== 'object' || own === null) return undefined
    const problems: never[] = []
    const policy = parseBackoff(own, problems)
    return problems.length === 0 ? policy : undefined
  } catch {
    return undefined
  }
}

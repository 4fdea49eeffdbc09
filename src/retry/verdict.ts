import { type BackoffPolicy, backoffMs } from './backoff.js'

/** What becomes of a job after a failed run. */
export type Verdict = { readonly kind: 'retry'; readonly delayMs: number } | { readonly kind: 'dead' }

/** The policy that judges a failed run. */
export interface RetryPolicy {
  /** How many extra runs a job gets after its first. */
  readonly retries: number
  readonly backoff: BackoffPolicy
}

/** Judges a failed run: another run after a wait, or none. `attempt` is 1 for the first run. */
export function judgeFailure(policy: RetryPolicy, attempt: number, random?: number): Verdict {
  if (attempt > policy.retries) return { kind: 'dead' }
  return { kind: 'retry', delayMs: backoffMs(policy.backoff, attempt, random) }
}

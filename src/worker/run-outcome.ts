import type { EncodedResult } from '../codec/result.js'
import type { JobFailure } from '../errors/job-failure.js'

/** What one run of a job came to, before the broker knows. */
export type RunOutcome =
  | {
      readonly kind: 'succeeded'
      readonly result: EncodedResult
      readonly keep: boolean
      readonly resultTtlMs: number
      readonly hasOwnTtl?: boolean
    }
  | { readonly kind: 'retry'; readonly failure: JobFailure; readonly delayMs: number; readonly isExpected?: true }
  | {
      readonly kind: 'dead'
      readonly failure: JobFailure
      readonly isExpected?: true
      /** It ended before its task was called. */
      readonly withoutRun?: true
    }
  /** Its task wants it later, as if this run had not been. */
  | { readonly kind: 'snoozed'; readonly delayMs: number; readonly reason: string }
  /** Its task wants it forgotten. */
  | { readonly kind: 'ignored' }
  /** It was told to end, and did; or was told before it could run. */
  | { readonly kind: 'revoked'; readonly reason: string; readonly keep: boolean; readonly withoutRun?: true }
  /** It was to begin before a time that is over. */
  | { readonly kind: 'expired'; readonly expiredAt: number; readonly keep: boolean }
  /** It goes back to its queue as if it had never been taken. */
  | { readonly kind: 'given-back' }
  /** This worker does not know its task; it waits, where only workers look that do. */
  | { readonly kind: 'parked' }
  /** It ends as a workflow does that it made, and waits for that. */
  | { readonly kind: 'replaced'; readonly workflow: string }
  /** This worker cannot run it; it waits for one that can. */
  | { readonly kind: 'postponed'; readonly delayMs: number; readonly reason: string }

/** How a job ends, for good. */
export const ENDS: ReadonlySet<RunOutcome['kind']> = new Set(['succeeded', 'ignored', 'dead', 'revoked', 'expired'])

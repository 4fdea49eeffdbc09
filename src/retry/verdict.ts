/**
 * What becomes of a job after a run that did not return.
 *
 * - `retry`: it runs again, and the run counts
 * - `dead`: it has failed for good
 * - `snooze`: it runs again, as if this run had not been
 * - `ignore`: it is dropped
 * - `replaced`: it ends as a workflow does
 */
export type Verdict =
  | { readonly kind: 'retry'; readonly delayMs: number }
  | { readonly kind: 'dead' }
  | { readonly kind: 'snooze'; readonly delayMs: number }
  | { readonly kind: 'ignore' }
  | { readonly kind: 'replaced'; readonly workflow: string }

/** A job that is active, and what proves whose it is. */
export interface HeldJob {
  readonly id: string
  readonly token: string
}

import type { EnqueueOptions } from './enqueue-options.js'

/** A job as its caller asks for it. */
export interface JobCall {
  readonly id: string
  readonly task: string
  readonly args: readonly unknown[]
  readonly options: EnqueueOptions
  /** The slot of a schedule entry that it is the job of. */
  readonly schedule?: { readonly name: string; readonly slotMs: number }
}

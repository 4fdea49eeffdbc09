import type { Each } from '../canvas/canvas-data.js'
import type { EnqueueOptions } from './enqueue-options.js'
import type { WorkflowPart } from './names.js'

/** A job as its caller asks for it. */
export interface JobCall {
  readonly id: string
  readonly task: string
  readonly args: readonly unknown[]
  readonly options: EnqueueOptions
  /** The slot of a schedule entry that it is the job of. */
  readonly schedule?: { readonly name: string; readonly slotMs: number }
  /** What it is of a workflow, where it is a part of one. */
  readonly part?: PartCall
}

/** What a job has of the workflow that it is a part of. */
export interface PartCall extends WorkflowPart {
  /** Since when it is this caller's to make, by `performance.now()`, where that is known. */
  readonly handedAt?: number
  /** It becomes ready then, in milliseconds since 1970: all of its own times count from there. */
  readonly readyAt?: number
  /** No run of it begins from then on, whatever its own options say. */
  readonly expiresAt?: number
  /** The job whose run made the workflow, and the first of that line. */
  readonly parent?: string
  readonly root?: string
  /** Its one argument is a list, of which each is a call. */
  readonly each?: Each
  /** A list in the workflow's record that becomes its first argument when it runs; or what stands for undefined. */
  readonly input?: string
  /** All of its arguments, the list among them, where keys of limits are made of them. */
  readonly allArgs?: readonly unknown[]
}

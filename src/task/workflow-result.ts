import type { WorkflowCause } from '../errors/workflow-failed-error.js'
import type { AsyncResult, ProgressOptions } from './async-result.js'
import type { JobState } from './job-state.js'

/** How far a workflow is: its jobs, callbacks not counted. */
export interface WorkflowProgress {
  /** Those that succeeded. */
  readonly done: number
  /** Those that failed for good, were revoked or expired. */
  readonly failed: number
  readonly total: number
}

/** A part of a workflow and what it is made of, as it stands now. */
export interface WorkflowTree {
  readonly kind: 'task' | 'chain' | 'group' | 'chord'
  readonly state: JobState
  /** The job, of a task; of the whole the workflow. */
  readonly id?: string
  readonly task?: string
  /** The workflow that took its run's place, and that it waits for, or failed as. */
  readonly endsAs?: string
  /** How a part came to be: by `link`, or `linkError`. */
  readonly role?: 'link' | 'error-link'
  /** Why it failed. */
  readonly error?: string
  readonly parts?: readonly WorkflowTree[]
  /** How many more of its parts are not listed. */
  readonly more?: number
  /** Of a group: how its members stand, those that are not listed as well. */
  readonly progress?: WorkflowProgress
}

/** What one member of a workflow's group came to, with its place in the group. */
export type MemberResult<V = unknown> = { readonly index: number } & Settled<V>

/** What a member of a group came to that is let fail. */
export type Settled<V = unknown> =
  | { readonly status: 'succeeded'; readonly value: V }
  | { readonly status: 'failed'; readonly error: WorkflowCause }

/**
 * A handle on a workflow: the same as on a job, and what its parts do.
 *
 * @typeParam R what it comes to: of a chain what its last part does, of a group the list of its members' results
 */
export interface WorkflowResult<R = unknown> extends AsyncResult<R, WorkflowProgress> {
  /** How far it is now. */
  counts(): Promise<WorkflowProgress>
  /**
   * The results of its group's members as they come in: of a chord its header's, of a chain its last group's. It ends
   * when all are in. A member that is let fail, or that failed, is told as failed, and does not end it.
   */
  iter(options?: ProgressOptions): AsyncGenerator<MemberResult, void>
  /** Its parts, and how each stands. Turned into text, it is a drawing of it. */
  tree(): Promise<WorkflowTree & { toString(): string }>
}

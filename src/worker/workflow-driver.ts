import type { WorkflowMove } from '../engine/workflows/workflow-record.js'
import type { JobFailure } from '../errors/job-failure.js'

/** What a worker lets workflows go on by. The app makes it when the first job of a workflow ends here. */
export interface WorkflowDriver {
  /**
   * Makes jobs of what a job's end let begin, and of all else of that workflow that is ready: until `stop`. What is left,
   * and what fails, is done by a sweep.
   */
  advance(move: WorkflowMove, stop?: AbortSignal): Promise<void>
  /** Makes jobs of what is ready and nobody took, and mends workflows whose jobs are gone. */
  sweep(stop?: AbortSignal): Promise<void>
  /** The list that a job's `input` names: throws TaskqError `TASKQ_WORKFLOW_LOST` where it is gone. */
  readList(workflow: string, ref: string): Promise<readonly unknown[]>
  /** How the workflow stands that a job waits for; undefined where it is gone. */
  endOf(workflow: string): Promise<WorkflowEnd | undefined>
}

/** What a workflow came to, for the job that ends as it does. */
export type WorkflowEnd =
  | { readonly kind: 'running' }
  | { readonly kind: 'succeeded'; readonly value: unknown }
  | { readonly kind: 'failed'; readonly failure: JobFailure }

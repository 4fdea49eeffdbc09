import { JobFailedError, type JobFailure } from './job-failure.js'

/** The job that made a workflow fail, and why: of one that was replaced, that of its replacement that failed. */
export interface WorkflowCause {
  readonly id: string
  readonly task: string
  readonly name: string
  readonly message: string
  readonly code?: string
}

/** What error callbacks of workflows are given: the job that failed, and why, and the id of the workflow that they hang on. */
export interface WorkflowFailure extends WorkflowCause {
  readonly workflow: string
}

/** The job that made a workflow fail, with its place in its workflow. */
export type RootCause = WorkflowCause & { readonly node: number }

/** A workflow failed, or was revoked. `rootCause` is the job that made it fail, `failure` what the whole ended with. */
export class WorkflowFailedError extends JobFailedError {
  override readonly name = 'WorkflowFailedError'
  readonly workflowId: string
  /** Undefined where no job did: the workflow itself was revoked. */
  readonly rootCause: RootCause | undefined

  constructor(workflowId: string, name: string, failure: JobFailure, rootCause?: RootCause) {
    // A chord's failure names the job itself.
    const isNamed = rootCause === undefined || failure.code === 'TASKQ_WORKFLOW_CHORD'
    const job = isNamed ? undefined : `${rootCause.task} (${rootCause.id})`
    const failed = rootCause && { task: rootCause.task, failedJobId: rootCause.id }
    super(workflowId, name, failure, { job, data: { jobId: workflowId, workflow: name, ...failed } })
    this.workflowId = workflowId
    this.rootCause = rootCause
  }
}

import type { WorkflowSummary } from '../../engine/workflows/workflow-record.js'
import type { JobFailure } from '../../errors/job-failure.js'
import { type RootCause, WorkflowFailedError } from '../../errors/workflow-failed-error.js'
import { partId, partOf } from '../../task/names.js'
import { causeOf } from './slot-value.js'

/** Why a workflow did not succeed; undefined where it did, or goes on. Through a chord, its cause is the job's failure. */
export function workflowFailure({ id, state, cause, reason }: WorkflowSummary): JobFailure | undefined {
  if (state === 'revoked') return revoked(reason)
  if (state !== 'failed') return undefined
  if (cause === undefined) return DAMAGED
  return cause.via === undefined ? cause.failure : chordFailure(partId(id, cause.node), cause.task, cause.failure)
}

/** Only what somebody else wrote, or removed, leaves a workflow with nothing that could end it. */
const DAMAGED: JobFailure = {
  name: 'TaskqError',
  code: 'TASKQ_WORKFLOW_LOST',
  message: 'its record is damaged: nothing was left that could go on',
}

/** The failure of a chord of whose header a job failed. */
export function chordFailure(id: string, task: string, cause: JobFailure): JobFailure {
  const message = `dependency ${task} (${id}) failed: ${cause.message}`
  return { name: 'ChordError', code: 'TASKQ_WORKFLOW_CHORD', message, cause }
}

/** The error of a workflow that did not succeed; undefined where it did, or goes on. */
export function workflowError(summary: WorkflowSummary): WorkflowFailedError | undefined {
  const failure = workflowFailure(summary)
  if (failure === undefined) return undefined
  return new WorkflowFailedError(summary.id, summary.name, failure, rootCauseOf(summary))
}

function rootCauseOf({ id, cause }: WorkflowSummary): RootCause | undefined {
  if (cause === undefined) return undefined
  const job = causeOf(id, cause)
  return { ...job, node: partOf(job.id)?.node ?? cause.node }
}

const revoked = (reason: string | undefined): JobFailure => ({
  name: 'TaskqError',
  code: 'TASKQ_JOB_REVOKED',
  message: `the workflow was revoked${reason === undefined ? '' : `: ${reason}`}`,
})

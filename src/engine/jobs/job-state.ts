import { endCodeOf, type JobFailure } from '../../errors/job-failure.js'
import type { JobState } from '../../task/job-state.js'
import type { JobRecord } from './job-record.js'

/** The one place that says which of taskq's states a stored job is in. */
export function jobStateOf(job: Pick<JobRecord, 'standing' | 'attemptsMade' | 'failure'>): JobState {
  const { standing, attemptsMade, failure } = job
  if (standing.succeeded) return 'succeeded'
  if (standing.failed) return stateOfEnd(attemptsMade, failure)
  if (standing.locked) return 'active'
  if (standing.waitsForChildren) return 'blocked'
  if (attemptsMade > 0) return 'retrying'
  return standing.delayed ? 'scheduled' : 'queued'
}

/** How a part of a workflow ended that never was a job. */
export const stateOfUnmade = (failure: JobFailure | undefined): JobState => stateOfEnd(0, failure)

/** Dead: it was retried and failed for good, with retries left or not; or the job took its workers down. */
function stateOfEnd(attemptsMade: number, failure: JobFailure | undefined): JobState {
  const code = failure && endCodeOf(failure)
  if (code === 'TASKQ_JOB_REVOKED') return 'revoked'
  if (code === 'TASKQ_JOB_EXPIRED') return 'expired'
  return attemptsMade > 1 || code === 'TASKQ_JOB_CRASHED' ? 'dead' : 'failed'
}

import type { ActiveJob } from '../engine/consumer.js'
import type { JobFailure } from '../errors/job-failure.js'
import type { RunHandle } from './run-handle.js'
import type { RunOutcome } from './run-outcome.js'

/**
 * What becomes of a job whose run was told to end before it was done: it goes back to its queue. One with `acks: 'early'`
 * has begun once, and that was its once.
 *
 * @param cause what its run threw, where it has ended
 */
export function stoppedOutcome(job: ActiveJob, handle: RunHandle, cause?: JobFailure): RunOutcome {
  if (!handle.isAckedEarly) return { kind: 'given-back' }
  const message = `${job.task} (${job.id}) was told to end before it was done, and runs once at most (acks: 'early')`
  return {
    kind: 'dead',
    failure: { name: 'TaskqError', code: 'TASKQ_JOB_SHUTDOWN', message, ...(cause !== undefined && { cause }) },
  }
}

import { TaskqError } from '../errors/taskq-error.js'
import type { JobState } from '../task/job-state.js'

type ResultCode = 'TASKQ_RESULT_TIMEOUT' | 'TASKQ_RESULT_UNKNOWN' | 'TASKQ_RESULT_IGNORED' | 'TASKQ_RESULT_EXPIRED'

interface OfJob {
  readonly id: string
  readonly task: string | undefined
}

/** Why a job's result cannot be had. */
export function resultError({ id, task }: OfJob, code: ResultCode, what: string, hint?: string): TaskqError {
  const who = task === undefined ? `job ${id}` : `${task} (${id})`
  return new TaskqError(code, `${who}: ${what}`, { ...(hint !== undefined && { hint }), data: { jobId: id, task } })
}

/** What to look at, where a job does not end in time. */
export const HINTS: Partial<Record<JobState, string>> = {
  queued: 'Does a worker serve its queue? See taskq status.',
  scheduled: 'It waits for its time.',
  retrying: 'It failed and waits for its next run.',
  blocked: 'It waits for the jobs before it.',
  active: 'It runs; wait longer, or ask again later.',
}

import { withJob } from '../engine/delivery.js'
import { isTaskqError, TaskqError } from '../errors/taskq-error.js'
import type { JobCall } from '../task/job-call.js'
import type { KnownTask } from './destination.js'

/** Options of a call that say when. */
const TIMED = ['countdown', 'eta', 'expires', 'debounce'] as const

/** Whether options of a call, or of a workflow, say when. */
export const saysWhen = (options: unknown): boolean =>
  typeof options === 'object' && options !== null && TIMED.some((key) => key in options)

/** Whether a job of this call has to do with time: it is to begin, or to expire, at some moment. */
export function isTimed({ options, part }: JobCall, { definition }: KnownTask): boolean {
  if (part?.readyAt !== undefined || definition?.expiresMs !== undefined) return true
  const rule = definition?.sameJob
  return saysWhen(options) || (typeof rule === 'object' && rule.kind === 'debounce')
}

/**
 * Waits until the broker has told its time.
 *
 * @throws TaskqError `TASKQ_ENQUEUE_NOT_SENT`, `TASKQ_BROKER_AUTH`, `TASKQ_BROKER_REFUSED`
 */
export async function timeTold(asking: Promise<void>, { id, task }: Pick<JobCall, 'id' | 'task'>): Promise<void> {
  try {
    await asking
  } catch (cause) {
    const job = { id, task }
    if (!isTaskqError(cause, 'TASKQ_BROKER_UNREACHABLE')) throw withJob(cause, job)
    const error = new TaskqError('TASKQ_ENQUEUE_NOT_SENT', `the job does not exist: ${cause.message}`, {
      hint: 'Is the broker running? It is safe to enqueue again.',
      cause,
    })
    throw withJob(error, job)
  }
}

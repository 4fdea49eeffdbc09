import { show } from '../errors/problems.js'
import { TaskqError } from '../errors/taskq-error.js'
import { DURATION_FORM, parseDuration } from '../time/duration.js'

/** Reads how long a method of a handle is to wait, in milliseconds. @throws TaskqError `TASKQ_ENQUEUE_OPTION_INVALID` */
export function timeoutOf(method: string, timeout: unknown): number {
  const timeoutMs = parseDuration(timeout)
  if (timeoutMs !== undefined) return timeoutMs
  const problem = `${method}: timeout: expected ${DURATION_FORM}, got ${show(timeout)}`
  throw new TaskqError('TASKQ_ENQUEUE_OPTION_INVALID', problem)
}

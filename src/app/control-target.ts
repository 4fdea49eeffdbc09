import type { SteerRequest } from '../control/steer.js'
import { formatProblem, show } from '../errors/problems.js'
import { TaskqError } from '../errors/taskq-error.js'
import { DURATION_FORM, type Duration, parseDuration } from '../time/duration.js'

/** Which workers are asked. */
export interface InspectTarget {
  /**
   * Their names (`emails@web-1`, or `emails` for all of that name, on any host) or ids. Default: all that live.
   */
  readonly destination?: string | readonly string[]
}

/** Which workers are told something, and how long is waited for those that do not answer. */
export interface ControlTarget extends InspectTarget {
  /** Default `'2s'`. A call returns sooner when all have answered. */
  readonly timeout?: Duration
}

/** @throws TaskqError `TASKQ_CONTROL_INVALID` */
export function toRequest({ destination, timeout }: ControlTarget = {}): SteerRequest {
  return {
    ...(destination !== undefined && { destination: [destination].flat() }),
    ...(timeout !== undefined && { timeoutMs: toMs('timeout', timeout) }),
  }
}

/** @throws TaskqError `TASKQ_CONTROL_INVALID` */
export function toMs(key: string, duration: Duration): number {
  const ms = parseDuration(duration)
  if (ms !== undefined) return ms
  const problem = formatProblem({ key, expected: DURATION_FORM, got: show(duration) })
  throw new TaskqError('TASKQ_CONTROL_INVALID', problem)
}

import type { EndState, JobFilter } from '../../engine/jobs/job-summary.js'
import { formatProblem, show } from '../../errors/problems.js'
import { TaskqError } from '../../errors/taskq-error.js'

/** Which dead letters are meant. All that is given must match; nothing given means all. */
export interface DeadFilter {
  readonly queue?: string
  /** A task's name, or a glob with `*`. */
  readonly task?: string
  /** A part of the error's name, code or message, in any case. */
  readonly error?: string
  /** Only those that ended after this, in milliseconds since 1970. */
  readonly since?: number
  /**
   * How they ended. Default: in whatever way; but what runs jobs again leaves those alone that were revoked or have
   * expired, unless they are named here.
   */
  readonly states?: readonly EndState[]
}

export const END_STATES: readonly EndState[] = Object.freeze(['failed', 'dead', 'revoked', 'expired'])

/** The engine's form of a filter. @throws TaskqError `TASKQ_CONTROL_INVALID` */
export function toJobFilter({ queue, task, error, since, states }: DeadFilter): JobFilter {
  const wrong = states?.find((state) => !END_STATES.includes(state))
  if (wrong !== undefined) {
    const problem = formatProblem({ key: 'states', expected: END_STATES.join(', '), got: show(wrong) })
    throw new TaskqError('TASKQ_CONTROL_INVALID', problem)
  }
  return {
    place: 'dead',
    ...(queue !== undefined && { queue }),
    ...(task !== undefined && { task }),
    ...(error !== undefined && { error }),
    ...(since !== undefined && { since }),
    ...(states !== undefined && states.length > 0 && { states }),
  }
}

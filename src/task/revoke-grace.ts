import { formatProblem, show } from '../errors/problems.js'
import { TaskqError } from '../errors/taskq-error.js'
import { DURATION_FORM, type Duration, parseDuration } from '../time/duration.js'

/** How long a run that is to be ended by force has to end by itself. */
const GRACE_MS = 5000

/**
 * Reads `terminate` of a revoke: after how many milliseconds a run is ended by force; undefined where it is only told.
 *
 * @throws TaskqError `TASKQ_CONTROL_INVALID`
 */
export function graceOf(terminate: boolean | Duration | undefined): number | undefined {
  if (terminate === undefined || terminate === false) return undefined
  const ms = terminate === true ? GRACE_MS : parseDuration(terminate)
  if (ms !== undefined) return ms
  const problem = formatProblem({ key: 'terminate', expected: `true, or ${DURATION_FORM}`, got: show(terminate) })
  throw new TaskqError('TASKQ_CONTROL_INVALID', problem)
}

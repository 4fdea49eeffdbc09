import { formatProblem } from '../errors/problems.js'
import { TaskqError } from '../errors/taskq-error.js'
import { DURATION_FORM, type Duration, parseDuration } from '../time/duration.js'
import type { SkewOptions } from './canvas.js'
import type { GroupData } from './canvas-data.js'
import { checkRecord } from './check-canvas.js'
import { mapFirst } from './transform.js'

/**
 * The group with its members' beginnings apart.
 *
 * @throws TaskqError `TASKQ_WORKFLOW_INVALID` for a wrong duration, or another key
 */
export function skewed(group: GroupData, options: SkewOptions = {}): GroupData {
  checkRecord('skew', options, ['start', 'stop', 'step'])
  const { start = '1s', stop, step = '1s' } = options
  const startMs = readMs('start', start)
  const stepMs = readMs('step', step)
  const stopMs = stop === undefined ? Number.POSITIVE_INFINITY : readMs('stop', stop)
  const members = group.members.map((member, index) => {
    const countdown = Math.min(startMs + index * stepMs, stopMs)
    return mapFirst(member, (task) => ({ ...task, options: { ...task.options, countdown } }))
  })
  return { ...group, members }
}

function readMs(key: string, value: Duration): number {
  const ms = parseDuration(value)
  if (ms !== undefined) return ms
  const problem = formatProblem({ key: `skew.${key}`, expected: DURATION_FORM, got: String(value) })
  throw new TaskqError('TASKQ_WORKFLOW_INVALID', problem)
}

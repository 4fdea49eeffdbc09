import { formatProblem, show } from '../errors/problems.js'
import { TaskqError } from '../errors/taskq-error.js'
import type { EnqueueOptions } from '../task/enqueue-options.js'
import { NOTHING, type ResolvedCall, readEnqueueOptions } from '../task/enqueue-problems.js'

/** The options of a call that sets none: nothing of it needs to be checked. */
export const NO_OPTIONS: EnqueueOptions = Object.freeze({})

/** Refuses what `applyAsync` cannot do. @throws TaskqError `TASKQ_ENQUEUE_OPTION_INVALID`, all problems at once */
export function checkCall(task: string, args: unknown, options: EnqueueOptions, nowMs: number): ResolvedCall {
  if (options === NO_OPTIONS && Array.isArray(args)) return NOTHING
  const { call, problems } = readEnqueueOptions(options, nowMs)
  if (!Array.isArray(args)) problems.push({ key: 'args', expected: 'an array of arguments', got: show(args) })
  if (problems.length === 0) return call
  throw new TaskqError('TASKQ_ENQUEUE_OPTION_INVALID', `${task}: ${problems.map(formatProblem).join('; ')}`, {
    data: { task, problems },
  })
}

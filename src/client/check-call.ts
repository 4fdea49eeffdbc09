import { formatProblem, type Problem, show } from '../errors/problems.js'
import { TaskqError } from '../errors/taskq-error.js'
import type { EnqueueOptions } from '../task/enqueue-options.js'
import { NOTHING, type ResolvedCall, readEnqueueOptions } from '../task/enqueue-problems.js'
import type { ResolvedTimeOptions } from '../task/options/time-options.js'
import { formatDuration } from '../time/duration.js'

/** The options of a call that sets none: nothing of it needs to be checked. */
export const NO_OPTIONS: EnqueueOptions = Object.freeze({})

/** Refuses what `applyAsync` cannot do. @throws TaskqError `TASKQ_ENQUEUE_OPTION_INVALID`, all problems at once */
export function checkCall(task: string, args: unknown, options: EnqueueOptions, nowMs: number): ResolvedCall {
  if (options === NO_OPTIONS && Array.isArray(args)) return NOTHING
  const { call, problems } = readEnqueueOptions(options, nowMs)
  if (!Array.isArray(args)) problems.push({ key: 'args', expected: 'an array of arguments', got: show(args) })
  if (problems.length > 0) throw refused(task, problems)
  return call
}

type TimeLimits = Pick<ResolvedTimeOptions, 'softTimeLimitMs' | 'timeLimitMs'>

/** Refuses a limit of a call that the task's other limit makes idle. @throws TaskqError `TASKQ_ENQUEUE_OPTION_INVALID` */
export function checkTimeLimits(task: string, call: TimeLimits, definition: TimeLimits | undefined): void {
  if (call.softTimeLimitMs === undefined && call.timeLimitMs === undefined) return
  const softMs = call.softTimeLimitMs ?? definition?.softTimeLimitMs
  const hardMs = call.timeLimitMs ?? definition?.timeLimitMs
  if (softMs === undefined || hardMs === undefined || softMs <= hardMs) return
  const [soft, hard] = [formatDuration(softMs), formatDuration(hardMs)]
  throw refused(task, [
    call.softTimeLimitMs === undefined
      ? { key: 'timeLimit', expected: `at least the task's softTimeLimit, which is ${soft}`, got: show(hard) }
      : { key: 'softTimeLimit', expected: `at most the task's timeLimit, which is ${hard}`, got: show(soft) },
  ])
}

const refused = (task: string, problems: Problem[]): TaskqError =>
  new TaskqError('TASKQ_ENQUEUE_OPTION_INVALID', `${task}: ${problems.map(formatProblem).join('; ')}`, {
    data: { task, problems },
  })

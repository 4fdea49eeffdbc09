import { formatProblem, show } from '../errors/problems.js'
import { TaskqError } from '../errors/taskq-error.js'
import type { EnqueueOptions } from '../task/enqueue-options.js'
import { enqueueOptionProblems } from '../task/enqueue-problems.js'
import { parseDuration } from '../time/duration.js'

/** Refuses what `applyAsync` cannot do. @throws TaskqError `TASKQ_ENQUEUE_OPTION_INVALID`, all problems at once */
export function checkEnqueue(task: string, args: unknown, options: EnqueueOptions): { delayMs: number } {
  const problems = enqueueOptionProblems(options)
  if (!Array.isArray(args)) problems.push({ key: 'args', expected: 'an array of arguments', got: show(args) })
  if (problems.length === 0) return { delayMs: parseDuration(options.countdown ?? 0) ?? 0 }
  throw new TaskqError('TASKQ_ENQUEUE_OPTION_INVALID', `${task}: ${problems.map(formatProblem).join('; ')}`, {
    data: { task, problems },
  })
}

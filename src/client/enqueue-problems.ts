import { formatProblem, type Problem, show, unknownKeys } from '../errors/problems.js'
import { TaskqError } from '../errors/taskq-error.js'
import type { EnqueueOptions } from '../task/enqueue-options.js'
import { queueNameProblem } from '../task/names.js'
import { retriesProblem } from '../task/options.js'
import { DURATION_FORM, parseDuration } from '../time/duration.js'

const KEYS = ['countdown', 'queue', 'retries'] as const
/** The engine keeps due times exactly until then (September 2039 from 2026 on). */
const MAX_COUNTDOWN_MS = 12 * 365 * 86_400_000

/** Refuses what `applyAsync` cannot do. @throws TaskqError `TASKQ_ENQUEUE_OPTION_INVALID`, all problems at once */
export function checkEnqueue(task: string, args: unknown, options: EnqueueOptions): { delayMs: number } {
  const problems: Problem[] = unknownKeys(options, KEYS)
  if (!Array.isArray(args)) problems.push({ key: 'args', expected: 'an array of arguments', got: show(args) })
  const delayMs = parseDuration(options.countdown ?? 0)
  if (delayMs === undefined || delayMs > MAX_COUNTDOWN_MS) {
    problems.push({ key: 'countdown', expected: `${DURATION_FORM}, at most 12 years`, got: show(options.countdown) })
  }
  const queue = options.queue === undefined ? undefined : queueNameProblem('queue', options.queue)
  const retries = retriesProblem('retries', options.retries)
  if (queue !== undefined) problems.push(queue)
  if (retries !== undefined) problems.push(retries)
  if (problems.length === 0) return { delayMs: delayMs ?? 0 }
  throw new TaskqError('TASKQ_ENQUEUE_OPTION_INVALID', `${task}: ${problems.map(formatProblem).join('; ')}`, {
    data: { task, problems },
  })
}

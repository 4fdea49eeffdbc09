import { formatProblem } from '../../errors/problems.js'
import { TaskqError } from '../../errors/taskq-error.js'
import type { EnqueueOptions } from '../../task/enqueue-options.js'
import { readEnqueueOptions } from '../../task/enqueue-problems.js'
import { SAME_JOB_KEYS } from '../../task/options/unique-options.js'
import { parseDuration } from '../../time/duration.js'
import { NO_OPTIONS } from '../check-call.js'
import type { WorkflowCall } from './workflow-call.js'

/** What a part asks for, with its workflow's defaults: its options as they travel, and its instant of expiry apart. */
export interface PartOptions {
  readonly options: EnqueueOptions
  readonly expiresAt: number | undefined
}

/** What would make a part another call's job: its workflow would wait for an end that is not its own. */
const REFUSED = ['taskId', 'idempotencyKey', 'idempotencyTtl', ...SAME_JOB_KEYS] as const

/**
 * Reads a part's options.
 *
 * @throws TaskqError `TASKQ_WORKFLOW_INVALID` for what no part can have, `TASKQ_ENQUEUE_OPTION_INVALID` for all else
 *   that is wrong
 */
export function readPartOptions(task: string, given: EnqueueOptions, of: WorkflowCall, nowMs: number): PartOptions {
  const options = withDefaults(given, of)
  if (options === NO_OPTIONS) return { options, expiresAt: of.expiresAt }
  const wrong = REFUSED.filter((key) => options[key] !== undefined && options[key] !== false)
  if (wrong.length > 0) throw notInWorkflows(task, wrong)
  const { call, problems } = readEnqueueOptions(options, nowMs)
  if (problems.length > 0)
    throw new TaskqError('TASKQ_ENQUEUE_OPTION_INVALID', `${task}: ${problems.map(formatProblem).join('; ')}`, {
      data: { task, problems },
    })
  const { expires, ...rest } = options
  // A time from now on counts from when the part is ready; an instant may be over by then.
  if (expires === undefined || parseDuration(expires) !== undefined) return { options, expiresAt: of.expiresAt }
  return { options: rest, expiresAt: Math.min(call.expiresAt as number, of.expiresAt ?? Number.POSITIVE_INFINITY) }
}

/** A part's options with those of its workflow in the places where it has none. */
function withDefaults(given: EnqueueOptions, { headers, priority, queue }: WorkflowCall): EnqueueOptions {
  const isPlain = Object.keys(given).length === 0
  if (headers === undefined && priority === undefined && queue === undefined) return isPlain ? NO_OPTIONS : given
  return {
    ...(priority !== undefined && { priority }),
    ...(queue !== undefined && { queue }),
    ...given,
    ...(headers && { headers: { ...headers, ...given.headers } }),
  }
}

const notInWorkflows = (task: string, keys: readonly string[]): TaskqError =>
  new TaskqError('TASKQ_WORKFLOW_INVALID', `${task}: a part of a workflow has no ${keys.join(', ')}`, {
    hint: 'Each part is a job of its own. Give the whole a taskId: workflow.applyAsync({ taskId }).',
  })

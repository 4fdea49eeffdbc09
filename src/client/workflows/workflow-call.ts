import { formatProblem, show, unknownKeys } from '../../errors/problems.js'
import { TaskqError } from '../../errors/taskq-error.js'
import type { Headers } from '../../task/enqueue-options.js'
import { readEnqueueOptions } from '../../task/enqueue-problems.js'
import type { WorkflowOptions } from '../../task/workflow-options.js'

/** {@link WorkflowOptions}, checked. */
export interface WorkflowCall {
  readonly name: string | undefined
  readonly taskId: string | undefined
  /** When its first jobs may run, in milliseconds since 1970; undefined for now. */
  readonly readyAt: number | undefined
  readonly expiresAt: number | undefined
  readonly headers: Headers | undefined
  readonly priority: number | undefined
  readonly queue: string | undefined
}

const KEYS = [
  'name',
  'taskId',
  'countdown',
  'eta',
  'expires',
  'headers',
  'priority',
  'queue',
] as const satisfies readonly (keyof WorkflowOptions)[]

const MAX_NAME = 100

/** Reads what `applyAsync` of a workflow was given. @throws TaskqError `TASKQ_ENQUEUE_OPTION_INVALID`, all problems at once */
export function readWorkflowOptions(options: WorkflowOptions, nowMs: number): WorkflowCall {
  const isRecord = typeof options === 'object' && options !== null && !Array.isArray(options)
  const { name, ...shared } = isRecord ? options : ({} as WorkflowOptions)
  const unknown = new Set(Object.keys(shared).filter((key) => !(KEYS as readonly string[]).includes(key)))
  const known = Object.fromEntries(Object.entries(shared).filter(([key]) => !unknown.has(key)))
  const { call, problems } = readEnqueueOptions(isRecord ? known : options, nowMs)
  if (isRecord) problems.unshift(...unknownKeys(options, KEYS))
  if (name !== undefined && !isName(name))
    problems.push({ key: 'name', expected: `a text of 1 to ${MAX_NAME} characters`, got: show(name) })
  if (problems.length > 0)
    throw new TaskqError('TASKQ_ENQUEUE_OPTION_INVALID', `workflow: ${problems.map(formatProblem).join('; ')}`, {
      data: { problems },
    })
  const { taskId, dueAt: readyAt, expiresAt, headers, priority, queue } = call
  return { name, taskId, readyAt, expiresAt, headers, priority, queue }
}

const isName = (value: unknown): boolean => typeof value === 'string' && value.length > 0 && value.length <= MAX_NAME

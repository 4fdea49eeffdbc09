import { type Problem, show } from '../errors/problems.js'

/** A queue's name: letters, digits, `.`, `_`, `-`; up to 100. `:` and `~` belong to the keys in Redis. */
const QUEUE_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/
/** A task's name: as a queue's, and `/` and `$`, which class names and paths may have; up to 200. */
const TASK_NAME = /^[A-Za-z0-9_$][A-Za-z0-9._$/-]{0,199}$/

/** What the ids of jobs that their callers named begin with: only of these can anybody know before there is a job. */
export const NAMED = 'u_'

/** What every object has already: nobody calls a task so but to do harm. */
const NO_NAMES: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype'])

const QUEUE_NAME_FORM = 'a queue name (letters, digits, ".", "_", "-"; at most 100, starting with a letter or digit)'
const TASK_NAME_FORM = 'a task name (letters, digits, ".", "_", "$", "/", "-"; at most 200)'

export const isQueueName = (value: unknown): value is string => typeof value === 'string' && QUEUE_NAME.test(value)
export const isTaskName = (value: unknown): value is string =>
  typeof value === 'string' && TASK_NAME.test(value) && !NO_NAMES.has(value)

/** Says what is wrong with a queue's name, if anything is. */
export function queueNameProblem(key: string, value: unknown): Problem | undefined {
  return isQueueName(value) ? undefined : { key, expected: QUEUE_NAME_FORM, got: show(value) }
}

/** Says what is wrong with a task's name, if anything is. */
export function taskNameProblem(key: string, value: unknown): Problem | undefined {
  return isTaskName(value) ? undefined : { key, expected: TASK_NAME_FORM, got: show(value) }
}

/** What the ids of workflows begin with. No job's own id does. */
export const WORKFLOW_PREFIX = 'w_'

/** A job that is a part of a workflow: its id says of which, and which part. */
export interface WorkflowPart {
  readonly workflow: string
  readonly node: number
}

/** Between a workflow's id and its part's number: in no id that callers give. */
const PART = /^(w_[^~]+)~(\d{1,6})$/

/** The workflow that a job is a part of; undefined for a job of its own. */
export function partOf(id: string): WorkflowPart | undefined {
  if (!id.startsWith(WORKFLOW_PREFIX)) return undefined
  const [, workflow, node] = PART.exec(id) ?? []
  return workflow === undefined ? undefined : { workflow, node: Number(node) }
}

/** The id of a workflow's part. */
export const partId = (workflow: string, node: number): string => `${workflow}~${node}`

/** Whether an id is a workflow's own. */
export const isWorkflowId = (id: string): boolean => id.startsWith(WORKFLOW_PREFIX) && partOf(id) === undefined

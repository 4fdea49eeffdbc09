import { type Problem, show } from '../errors/problems.js'

/** A queue's name: letters, digits, `.`, `_`, `-`; up to 100. `:` and `~` belong to the keys in Redis. */
const QUEUE_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/
/** A task's name: as a queue's, and `/` and `$`, which class names and paths may have; up to 200. */
const TASK_NAME = /^[A-Za-z0-9_$][A-Za-z0-9._$/-]{0,199}$/

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

const TASK_PATTERN = /^[A-Za-z0-9_.$/*-]{1,200}$/

/** What {@link isTaskPattern} takes, for messages. */
export const TASK_PATTERN_FORM = 'a task name, or a glob with * such as "reports.*"'

/** Whether a value is a task's name, or a glob of such names. */
export const isTaskPattern = (value: unknown): value is string => typeof value === 'string' && TASK_PATTERN.test(value)

import { formatProblem, type Problem, show } from '../errors/problems.js'
import { TaskqError } from '../errors/taskq-error.js'
import { taskNameProblem } from './names.js'
import { JOB_KEYS, type JobOptions, type ResolvedJobOptions, readJobOptions } from './options/job-options.js'
import { LIMIT_KEYS, type LimitOptions, type ResolvedLimitOptions, readLimitOptions } from './options/limit-options.js'
import { OptionReader } from './options/option-reader.js'
import {
  PAYLOAD_KEYS,
  type PayloadOptions,
  type ResolvedPayloadOptions,
  readPayloadOptions,
} from './options/payload-options.js'
import { RETRY_KEYS, type ResolvedRetryOptions, type RetryOptions, readRetryOptions } from './options/retry-options.js'
import { type ResolvedTimeOptions, readTimeOptions, TIME_KEYS, type TimeOptions } from './options/time-options.js'
import { readSameJobRule, SAME_JOB_KEYS, type SameJobOptions, type SameJobRule } from './options/unique-options.js'

/** What `@Task({ … })` and `defineTask({ … }, …)` take. */
export interface TaskOptions
  extends JobOptions,
    RetryOptions,
    TimeOptions,
    LimitOptions,
    SameJobOptions,
    PayloadOptions {
  /**
   * The name that jobs carry. Give one where a bundler shortens class names, or to rename a class while
   * old jobs wait. Default: the class's or function's name.
   */
  readonly name?: string
}

/** {@link TaskOptions}, checked, with the defaults that need no config. */
export interface ResolvedTaskOptions
  extends ResolvedJobOptions,
    ResolvedRetryOptions,
    ResolvedTimeOptions,
    ResolvedLimitOptions,
    ResolvedPayloadOptions {
  readonly name: string
  /** Which calls become jobs; undefined where all do. */
  readonly sameJob: SameJobRule | undefined
  /** The options as they were written, for a config that changes some. */
  readonly given: TaskOptions
}

/** Every option there is. */
export const TASK_OPTION_KEYS = [
  'name',
  ...JOB_KEYS,
  ...RETRY_KEYS,
  ...TIME_KEYS,
  ...LIMIT_KEYS,
  ...SAME_JOB_KEYS,
  ...PAYLOAD_KEYS,
] as const satisfies readonly (keyof TaskOptions)[]

/**
 * Checks a task's options and fills in what is missing.
 *
 * @throws TaskqError `TASKQ_TASK_OPTION_INVALID`, naming every wrong option at once
 */
export function resolveTaskOptions(options: TaskOptions, fallbackName: string): ResolvedTaskOptions {
  const reader = new OptionReader(options)
  reader.refuseUnknown(TASK_OPTION_KEYS)
  const name = options.name ?? fallbackName
  const problem = taskNameProblem('name', name)
  if (problem !== undefined) reader.problems.push(problem)
  const resolved = { name, ...readTaskOptions(reader), given: options }
  if (reader.problems.length > 0) throw optionsError(name, reader.problems)
  return Object.freeze(resolved)
}

/** Reads every option but the name; what is wrong with any goes to the reader's problems. */
export function readTaskOptions(reader: OptionReader): Omit<ResolvedTaskOptions, 'name' | 'given'> {
  return {
    ...readJobOptions(reader),
    ...readRetryOptions(reader),
    ...readTimeOptions(reader),
    ...readLimitOptions(reader),
    sameJob: readSameJobRule(reader) || undefined,
    ...readPayloadOptions(reader),
  }
}

function optionsError(name: string, problems: Problem[]): TaskqError {
  const lines = problems.map(formatProblem)
  return new TaskqError('TASKQ_TASK_OPTION_INVALID', `task ${show(name)}: ${lines.join('; ')}`, {
    hint: 'Correct the options given to @Task or defineTask.',
    data: { task: name, problems },
  })
}

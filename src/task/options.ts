import { formatProblem, type Problem, show, unknownKeys } from '../errors/problems.js'
import { TaskqError } from '../errors/taskq-error.js'
import { type BackoffOptions, type BackoffPolicy, parseBackoff } from '../retry/backoff.js'
import { DURATION_FORM, type Duration, parseDuration } from '../time/duration.js'
import { parseRate, RATE_FORM, type Rate, type RateWindow } from '../time/rate.js'
import { queueNameProblem, taskNameProblem } from './names.js'
import { isStandardSchema, type StandardSchema } from './schema.js'

/** What `@Task({ … })` and `defineTask({ … }, …)` take. */
export interface TaskOptions {
  /**
   * The name that jobs carry. Give one where a bundler shortens class names, or to rename a class while
   * old jobs wait. Default: the class's or function's name.
   */
  readonly name?: string
  /** The queue its jobs go to. Default: what `routes` in the config says, else `defaultQueue`. */
  readonly queue?: string
  /** How many *extra* runs a failed job gets: 3 means four runs at most. Default 0. */
  readonly retries?: number
  /** The wait between runs. Default: exponential from 1 s, at most 1 h, full jitter. */
  readonly backoff?: BackoffOptions
  /**
   * How often jobs of this task may start, over **all** workers together (Celery's limit is per worker
   * instance). Jobs over the rate wait in the broker and hold no slot. Default: no limit.
   */
  readonly rateLimit?: Rate
  /** Drop the job when it has succeeded: no result, no trace, less memory. Default false. */
  readonly ignoreResult?: boolean
  /** How long a result is kept. Default: `results.ttl` in the config, 24 h. */
  readonly resultTtl?: Duration
  /**
   * Checks a job's arguments, given as one array: when it is enqueued by a process that has the task's code, and again
   * before each run, where a job that does not pass is dead at once. A Standard Schema of any library (zod 4, valibot,
   * arktype), synchronous or not. Default: arguments are not checked.
   *
   * The schema **only checks**. `run` gets the arguments as they were sent: what the schema would make of them (its
   * transforms, defaults, stripped keys) is not used. So a job has the same arguments everywhere, and is not changed by
   * a schema that came after it.
   *
   * @example
   * @Task({ schema: z.tuple([z.email(), z.number().int()]) })
   * class SendMail extends BaseTask {
   *   async run(to: string, copies: number) { … }
   * }
   */
  readonly schema?: StandardSchema
}

/** {@link TaskOptions}, checked, with the defaults that need no config. */
export interface ResolvedTaskOptions {
  readonly name: string
  readonly queue: string | undefined
  readonly retries: number
  readonly backoff: BackoffPolicy
  readonly rateLimit: RateWindow | undefined
  readonly ignoreResult: boolean
  readonly resultTtlMs: number | undefined
  readonly schema: StandardSchema | undefined
}

export const MAX_RETRIES = 1000

const KEYS = ['name', 'queue', 'retries', 'backoff', 'rateLimit', 'ignoreResult', 'resultTtl', 'schema'] as const

/**
 * Checks a task's options and fills in what is missing.
 *
 * @throws TaskqError `TASKQ_TASK_OPTION_INVALID`, naming every wrong option at once
 */
export function resolveTaskOptions(options: TaskOptions, fallbackName: string): ResolvedTaskOptions {
  const problems: Problem[] = unknownKeys(options, KEYS)
  const check = (problem: Problem | undefined) => problem && problems.push(problem)
  const name = options.name ?? fallbackName
  check(taskNameProblem('name', name))
  if (options.queue !== undefined) check(queueNameProblem('queue', options.queue))
  check(retriesProblem('retries', options.retries))
  if (options.ignoreResult !== undefined && typeof options.ignoreResult !== 'boolean') {
    check({ key: 'ignoreResult', expected: 'true or false', got: show(options.ignoreResult) })
  }
  const rateLimit = parseRate(options.rateLimit)
  if (options.rateLimit !== undefined && rateLimit === undefined) {
    check({ key: 'rateLimit', expected: RATE_FORM, got: show(options.rateLimit) })
  }
  const resultTtlMs = parseDuration(options.resultTtl)
  if (options.resultTtl !== undefined && resultTtlMs === undefined) {
    check({ key: 'resultTtl', expected: DURATION_FORM, got: show(options.resultTtl) })
  }
  check(schemaProblem('schema', options.schema))
  const backoff = parseBackoff(options.backoff, problems)
  if (problems.length > 0) throw optionsError(name, problems)
  return Object.freeze({
    name,
    queue: options.queue,
    retries: options.retries ?? 0,
    backoff,
    rateLimit,
    ignoreResult: options.ignoreResult ?? false,
    resultTtlMs,
    schema: options.schema,
  })
}

/** Says what is wrong with a number of retries, if anything is. */
export function retriesProblem(key: string, value: unknown): Problem | undefined {
  if (value === undefined) return undefined
  if (Number.isInteger(value) && (value as number) >= 0 && (value as number) <= MAX_RETRIES) return undefined
  return { key, expected: `a whole number from 0 to ${MAX_RETRIES}`, got: show(value) }
}

function schemaProblem(key: string, value: unknown): Problem | undefined {
  if (value === undefined || isStandardSchema(value)) return undefined
  return { key, expected: 'a Standard Schema v1 (as zod 4, valibot and arktype make)', got: show(value) }
}

function optionsError(name: string, problems: Problem[]): TaskqError {
  const lines = problems.map(formatProblem)
  return new TaskqError('TASKQ_TASK_OPTION_INVALID', `task ${show(name)}: ${lines.join('; ')}`, {
    hint: 'Correct the options given to @Task or defineTask.',
    data: { task: name, problems },
  })
}

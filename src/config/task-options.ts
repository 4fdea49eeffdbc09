import { formatProblem, type Problem, show } from '../errors/problems.js'
import { isTaskqError, TaskqError } from '../errors/taskq-error.js'
import { SAME_JOB_KEYS } from '../task/options/unique-options.js'
import { type ResolvedTaskOptions, resolveTaskOptions, type TaskOptions } from '../task/options.js'
import { taskGlob } from '../task/task-glob.js'
import type { ResolvedConfig } from './resolved-config.js'
import type { TaskOverrides } from './task-overrides.js'

/** How many names are remembered: they come from callers too. */
const REMEMBERED = 10_000

/**
 * The tasks of a project as they are there: with what the config says of them, `taskOptions`, over what their code says.
 * Whoever acts by a task's options asks here first, so that producers, workers and tests act by the same.
 */
export class EffectiveTasks {
  readonly #rules: readonly { readonly matches: RegExp; readonly options: TaskOverrides }[]
  readonly #effective = new WeakMap<ResolvedTaskOptions, ResolvedTaskOptions>()
  readonly #overrides = new Map<string, TaskOverrides | undefined>()

  constructor({ taskOptions }: Pick<ResolvedConfig, 'taskOptions'>) {
    this.#rules = taskOptions.map(({ pattern, options }) => ({ matches: taskGlob(pattern), options }))
  }

  /**
   * The task with what the config says of it; the same for the same task every time.
   *
   * @throws TaskqError `TASKQ_CONFIG_INVALID` where the two do not go together
   */
  of<T extends ResolvedTaskOptions>(task: T): T {
    if (this.#rules.length === 0) return task
    const known = this.#effective.get(task)
    if (known !== undefined) return known as T
    const overrides = this.overridesOf(task.name)
    const effective = overrides === undefined ? task : Object.freeze({ ...task, ...merged(task, overrides) })
    this.#effective.set(task, effective)
    return effective
  }

  /** What the config says of the tasks of this name, later entries over earlier ones; undefined where it says nothing. */
  overridesOf(name: string): TaskOverrides | undefined {
    if (this.#rules.length === 0) return undefined
    if (this.#overrides.has(name)) return this.#overrides.get(name)
    const matching = this.#rules.filter(({ matches }) => matches.test(name))
    const overrides =
      matching.length === 0 ? undefined : matching.map(({ options }) => options).reduce(mergeOptions, {})
    if (this.#overrides.size < REMEMBERED) this.#overrides.set(name, overrides)
    return overrides
  }
}

/** Lays options over others. Of the four that say which calls are the same job a task has one: the later. */
export function mergeOptions<T extends TaskOptions>(base: T, over: TaskOverrides): T {
  const said = Object.entries(over).filter(([, value]) => value !== undefined)
  const replaced = said.some(([key]) => isSameJobKey(key)) ? Object.keys(base).filter(isSameJobKey) : []
  const kept = Object.entries(base).filter(([key]) => !replaced.includes(key))
  return Object.fromEntries([...kept, ...said]) as unknown as T
}

const isSameJobKey = (key: string): boolean => (SAME_JOB_KEYS as readonly string[]).includes(key)

function merged(task: ResolvedTaskOptions, overrides: TaskOverrides): ResolvedTaskOptions {
  try {
    return resolveTaskOptions(mergeOptions(task.given, overrides), task.name)
  } catch (cause) {
    if (!isTaskqError(cause, 'TASKQ_TASK_OPTION_INVALID')) throw cause
    const problems = (cause.data?.problems ?? []) as readonly Problem[]
    const what = problems.map(formatProblem).join('; ')
    throw new TaskqError('TASKQ_CONFIG_INVALID', `taskOptions and the task ${show(task.name)} together: ${what}`, {
      hint: 'Correct taskOptions in the config, or the options given to @Task or defineTask.',
      data: { task: task.name, problems },
      cause,
    })
  }
}

import type { ResolvedConfig } from '../config/resolved-config.js'
import { EffectiveTasks } from '../config/task-options.js'
import type { TaskFacts } from '../engine/workers/worker-registry.js'
import { formatProblem } from '../errors/problems.js'
import { isTaskqError, TaskqError } from '../errors/taskq-error.js'
import type { TaskDefinition } from '../task/definition.js'
import { taskNameProblem } from '../task/names.js'
import { MAX_AHEAD_MS, MAX_PRIORITY } from '../task/options/job-options.js'
import type { TaskCodecOptions } from '../task/options/payload-options.js'
import { type ResolvedTaskOptions, resolveTaskOptions, type TaskOptions } from '../task/options.js'
import { findTask } from '../task/registry.js'
import type { KnownTask } from './destination.js'
import type { KnownNames } from './known-names.js'

/** A task whose code is in this process. */
export interface CodedTask extends KnownTask {
  readonly definition: TaskDefinition
}

/** What a client knows of the tasks that it is to enqueue: by their code, by the config, and by what workers told. */
export class KnownTasks {
  readonly #effective: EffectiveTasks

  constructor(
    config: Pick<ResolvedConfig, 'taskOptions'>,
    private readonly names: KnownNames,
  ) {
    this.#effective = new EffectiveTasks(config)
  }

  /** The task by its code, with what the config says of it; undefined where its code is not in this process. */
  coded(task: string): CodedTask | undefined {
    const definition = findTask(task)
    return definition && { definition: this.#effective.of(definition), facts: undefined }
  }

  /**
   * The task by what some worker told of it, with what the config says of it. Warns, once, of one that nobody knows.
   *
   * @throws TaskqError `TASKQ_ENQUEUE_OPTION_INVALID`, `TASKQ_ENQUEUE_NOT_SENT`, `TASKQ_CONFIG_INVALID`
   */
  async told(task: string): Promise<KnownTask> {
    const problem = taskNameProblem('task', task)
    if (problem !== undefined) throw new TaskqError('TASKQ_ENQUEUE_OPTION_INVALID', formatProblem(problem))
    const facts = await this.#factsOf(task)
    return { definition: this.#withoutCode(task, facts), facts }
  }

  async #factsOf(task: string): Promise<TaskFacts | undefined> {
    try {
      const facts = await this.names.factsOf(task)
      if (facts === undefined) await this.names.warnUnknownTask(task)
      return facts
    } catch (cause) {
      if (!isTaskqError(cause, 'TASKQ_BROKER_UNREACHABLE')) throw cause
      throw new TaskqError('TASKQ_ENQUEUE_NOT_SENT', `${task}: the job does not exist: ${cause.message}`, {
        hint: 'Is the broker running? It is safe to enqueue again.',
        cause,
      })
    }
  }

  /** What is to be done by a task that is known by facts alone; its limits stay those that its workers hold. */
  #withoutCode(task: string, facts: TaskFacts | undefined): ResolvedTaskOptions | undefined {
    const told = facts && optionsIn(facts)
    const isPlain = told?.priority === undefined && told?.expires === undefined && told?.codec === undefined
    if (isPlain && this.#effective.overridesOf(task) === undefined) return undefined
    const options = this.#effective.of(resolveTaskOptions(told ?? {}, task))
    return facts === undefined ? options : { ...options, rateLimit: facts.rate, maxConcurrency: facts.maxConcurrency }
  }
}

/** What a worker told of a task, as options. It was read from the broker, where anything may stand. */
function optionsIn({ ignoreResult, resultTtlMs, priority, expiresMs, codec }: TaskFacts): TaskOptions {
  const said = {
    ignoreResult: ignoreResult === true,
    resultTtl: wholeNumber(resultTtlMs, 0, Number.MAX_SAFE_INTEGER),
    priority: wholeNumber(priority, 0, MAX_PRIORITY),
    expires: wholeNumber(expiresMs, 1, MAX_AHEAD_MS),
    codec: codecIn(codec),
  }
  return Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined))
}

const wholeNumber = (value: unknown, least: number, most: number): number | undefined =>
  Number.isInteger(value) && Number(value) >= least && Number(value) <= most ? Number(value) : undefined

/** How a task's arguments travel. Whoever may write to the broker must not switch a producer's encryption off. */
function codecIn(told: unknown): TaskCodecOptions | undefined {
  const { types, compress, encrypt } = (told ?? {}) as Readonly<Record<keyof TaskCodecOptions, unknown>>
  const codec = {
    ...(typeof types === 'boolean' && { types }),
    ...(typeof compress === 'boolean' && { compress }),
    ...(encrypt === true && { encrypt }),
  }
  return Object.keys(codec).length === 0 ? undefined : codec
}

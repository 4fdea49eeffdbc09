import type { ResolvedConfig } from '../config/resolved-config.js'
import type { NewJob } from '../engine/delivery.js'
import type { Engine } from '../engine/engine.js'
import type { AsyncResult } from '../task/async-result.js'
import type { EnqueueOptions } from '../task/enqueue-options.js'
import type { Enqueuer } from '../task/enqueuer.js'
import type { JobCall } from '../task/job-call.js'
import { checkArgs } from '../task/schema.js'
import { NO_OPTIONS } from './check-call.js'
import { createDestinations, type FindDestination, type KnownTask } from './destination.js'
import { newJobId } from './job-id.js'
import { JobResult } from './job-result.js'
import { KnownNames } from './known-names.js'
import { KnownTasks } from './known-tasks.js'
import { type PlannedJob, planJob } from './plan-job.js'

/** The settings that a client uses. */
export type ClientConfig = Pick<
  ResolvedConfig,
  'routes' | 'taskOptions' | 'defaultQueue' | 'queues' | 'payload' | 'results'
>

/** Enqueues jobs and hands out their results. */
export class Client implements Enqueuer {
  readonly #destinationOf: FindDestination
  readonly #names: KnownNames
  readonly #tasks: KnownTasks
  readonly #warnedLarge = new Set<string>()

  constructor(
    private readonly engine: Engine,
    private readonly config: ClientConfig,
    private readonly warn: (message: string) => void,
  ) {
    this.#destinationOf = createDestinations(config)
    const routed = config.routes.flatMap((route) => ('queue' in route ? route.queue : []))
    this.#names = new KnownNames(engine, [config.defaultQueue, ...Object.keys(config.queues), ...routed], warn)
    this.#tasks = new KnownTasks(config, this.#names)
  }

  /**
   * Enqueues a job of a task by its name: check → route → envelope → broker. For producers that have no
   * task code, too: then the job goes where the workers that know the task said.
   *
   * @throws TaskqError `TASKQ_ENQUEUE_OPTION_INVALID`, `TASKQ_PAYLOAD_NOT_JSON`, `TASKQ_PAYLOAD_TOO_LARGE`,
   *   `TASKQ_PAYLOAD_INVALID`, `TASKQ_ENQUEUE_NOT_SENT`, `TASKQ_ENQUEUE_UNKNOWN`, `TASKQ_ENQUEUE_REFUSED` or
   *   `TASKQ_BROKER_AUTH`
   */
  async enqueue<R = unknown>(
    task: string,
    args: readonly unknown[],
    options: EnqueueOptions = NO_OPTIONS,
  ): Promise<AsyncResult<R>> {
    const coded = this.#tasks.coded(task)
    const known = coded ?? (await this.#tasks.told(task))
    const { job, ignoreResult } = this.#plan({ task, args, options, id: newJobId() }, known)
    const checking = coded === undefined ? undefined : checkArgs(coded.definition, args)
    if (checking !== undefined) await checking
    const { id, isNew, lane = job.lane } = await this.engine.producer.add(job)
    const traits = { task, lane, ignoreResult, deduplicated: !isNew }
    return new JobResult<R>(id, traits, this.engine, this.config.results.ttlMs)
  }

  /**
   * Makes a job as {@link enqueue} does, without enqueueing it.
   *
   * @throws TaskqError as {@link enqueue} does before it asks the broker to add the job
   */
  async plan(call: JobCall): Promise<NewJob> {
    const job = await this.planUnchecked(call)
    const coded = this.#tasks.coded(call.task)
    if (coded !== undefined) await checkArgs(coded.definition, call.args)
    return job
  }

  /**
   * As {@link plan}, without asking the task's schema: for Beat, whose entries' arguments were checked when it started
   * or they were added. A schema is somebody else's code, and nothing else may wait for it.
   */
  async planUnchecked(call: JobCall): Promise<NewJob> {
    return this.#plan(call, this.#tasks.coded(call.task) ?? (await this.#tasks.told(call.task))).job
  }

  /** A handle on a job by its id. */
  result<R = unknown>(id: string): AsyncResult<R> {
    return new JobResult<R>(id, {}, this.engine, this.config.results.ttlMs)
  }

  /** Waits for hints that are under way; call it before the engine is closed. */
  close(): Promise<void> {
    return this.#names.hintsSaid()
  }

  #plan(call: JobCall, known: KnownTask): PlannedJob {
    const planned = planJob(call, known, this.#destinationOf, this.config)
    this.#names.checkQueue(planned.destination.queue)
    this.#warnLarge(call.task, planned.job.data)
    return planned
  }

  /** Warns, once per task, of a payload that is allowed but heavy. */
  #warnLarge(task: string, data: string): void {
    // A string has at most three bytes of UTF-8 per unit: most need no exact count.
    if (data.length * 3 <= this.config.payload.warnBytes || this.#warnedLarge.has(task)) return
    const bytes = Buffer.byteLength(data)
    if (bytes <= this.config.payload.warnBytes) return
    this.#warnedLarge.add(task)
    this.warn(`${task}: a payload of ${bytes} bytes slows the broker down; store the data elsewhere and send its key`)
  }
}

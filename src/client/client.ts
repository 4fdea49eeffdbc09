import { type Codec, createCodec } from '../codec/codec.js'
import type { ResolvedConfig } from '../config/resolved-config.js'
import { traceJobs } from '../context/trace-jobs.js'
import type { NewJob } from '../engine/delivery.js'
import type { Engine } from '../engine/engine.js'
import { type EnqueueEvent, tellListeners } from '../events/listeners.js'
import type { AsyncResult } from '../task/async-result.js'
import type { EnqueueManyOptions, ManyCalls, ManyEnqueued } from '../task/enqueue-many.js'
import type { EnqueueOptions } from '../task/enqueue-options.js'
import type { Enqueuer } from '../task/enqueuer.js'
import type { JobCall } from '../task/job-call.js'
import { aroundEnqueue, type EnqueueCall, type SendCall } from '../task/middleware.js'
import { checkArgs } from '../task/schema.js'
import { CallWarnings } from './call-warnings.js'
import { NO_OPTIONS } from './check-call.js'
import { createDestinations, type FindDestination, type KnownTask } from './destination.js'
import { enqueueMany } from './enqueue-many.js'
import { Handles } from './handles.js'
import { newJobId } from './job-id.js'
import { configuredQueues, KnownNames } from './known-names.js'
import { KnownTasks } from './known-tasks.js'
import { type PlannedJob, planJob } from './plan-job.js'

/** The settings that a client uses. */
export type ClientConfig = Pick<
  ResolvedConfig,
  | 'routes'
  | 'taskOptions'
  | 'defaultQueue'
  | 'queues'
  | 'payload'
  | 'results'
  | 'codec'
  | 'middleware'
  | 'listeners'
  | 'telemetry'
>

/** Enqueues jobs and hands out their results. */
export class Client implements Enqueuer {
  readonly #destinationOf: FindDestination
  readonly #names: KnownNames
  readonly #tasks: KnownTasks
  readonly #codec: Codec
  readonly #handles: Handles
  readonly #warnings: CallWarnings
  readonly #send: SendCall
  readonly #tell: ((event: EnqueueEvent) => void) | undefined

  constructor(
    private readonly engine: Engine,
    private readonly config: ClientConfig,
    warn: (message: string) => void,
  ) {
    this.#destinationOf = createDestinations(config)
    this.#codec = createCodec(config.codec)
    this.#handles = new Handles(engine, config.results.ttlMs, this.#codec)
    this.#names = new KnownNames(engine, configuredQueues(config), warn)
    this.#tasks = new KnownTasks(config, this.#names)
    this.#warnings = new CallWarnings(config.payload, warn)
    const { middleware, telemetry, listeners } = config
    const layers = telemetry === undefined ? middleware : [...middleware, traceJobs(telemetry())]
    this.#send = aroundEnqueue(layers, (call) => this.#enqueue(call))
    if (listeners['job.enqueued'] !== undefined)
      this.#tell = tellListeners(listeners, ({ event, message }) => warn(`what listens to ${event} failed: ${message}`))
  }

  /**
   * Enqueues a job of a task by its name: check → route → envelope → broker. For producers that have no
   * task code, too: then the job goes where the workers that know the task said.
   *
   * @throws TaskqError `TASKQ_ENQUEUE_OPTION_INVALID`, `TASKQ_PAYLOAD_NOT_JSON`, `TASKQ_PAYLOAD_TOO_LARGE`,
   *   `TASKQ_PAYLOAD_INVALID`, `TASKQ_ENQUEUE_NOT_SENT`, `TASKQ_ENQUEUE_UNKNOWN`, `TASKQ_ENQUEUE_REFUSED` or
   *   `TASKQ_BROKER_AUTH`
   */
  enqueue<R = unknown>(
    task: string,
    args: readonly unknown[],
    options: EnqueueOptions = NO_OPTIONS,
  ): Promise<AsyncResult<R>> {
    return this.#send({ task, args, options }) as Promise<AsyncResult<R>>
  }

  async #enqueue({ task, args, options }: EnqueueCall): Promise<AsyncResult> {
    const coded = this.#tasks.coded(task)
    const known = coded ?? (await this.#tasks.told(task))
    const { job, ignoreResult, destination } = this.#plan({ task, args, options, id: newJobId() }, known)
    const checking = coded === undefined ? undefined : checkArgs(coded.definition, args)
    if (checking !== undefined) await checking
    const { id, isNew, lane = job.lane } = await this.engine.producer.add(job)
    const traits = { task, lane, ignoreResult, deduplicated: !isNew }
    this.#tell?.({ name: 'job.enqueued', id, task, queue: destination.queue, deduplicated: !isNew })
    return this.#handles.job(id, traits)
  }

  /**
   * Enqueues many calls of a task, in bounded memory.
   *
   * @throws TaskqError as {@link enqueue} does, with what came of the other calls in `data`
   */
  enqueueMany(task: string, calls: ManyCalls, options: EnqueueManyOptions = {}): Promise<ManyEnqueued> {
    return enqueueMany(task, calls, options, (args, more) => this.enqueue(task, args, more))
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

  /** A handle by its id on a job, a workflow, or a part of one. */
  result<R = unknown>(id: string): AsyncResult<R> {
    return this.#handles.of<R>(id)
  }

  /** Waits for hints that are under way; call it before the engine is closed. */
  close(): Promise<void> {
    return this.#names.hintsSaid()
  }

  #plan(call: JobCall, known: KnownTask): PlannedJob {
    const planned = planJob(call, known, this.#destinationOf, this.config, this.#codec)
    this.#names.checkQueue(planned.destination.queue)
    this.#warnings.look(planned)
    return planned
  }
}

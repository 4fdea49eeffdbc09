import type { CanvasData } from '../canvas/canvas-data.js'
import { type Codec, createCodec } from '../codec/codec.js'
import type { ResolvedConfig } from '../config/resolved-config.js'
import { traceHere, traceJobs } from '../context/trace-jobs.js'
import type { NewJob } from '../engine/delivery.js'
import type { Engine } from '../engine/engine.js'
import { type EnqueueEvent, tellListeners } from '../events/listeners.js'
import type { AsyncResult } from '../task/async-result.js'
import type { EnqueueManyOptions, ManyCalls, ManyEnqueued } from '../task/enqueue-many.js'
import type { EnqueueOptions } from '../task/enqueue-options.js'
import type { Enqueuer } from '../task/enqueuer.js'
import type { JobCall } from '../task/job-call.js'
import { aroundEnqueue, type Middleware, type SendCall } from '../task/middleware.js'
import type { RunOrigin } from '../task/run-origin.js'
import { checkArgs } from '../task/schema.js'
import type { WorkflowOptions } from '../task/workflow-options.js'
import type { WorkflowResult } from '../task/workflow-result.js'
import { isTimed, timeTold } from './call-time.js'
import { CallWarnings } from './call-warnings.js'
import { NO_OPTIONS } from './check-call.js'
import { createDestinations, type FindDestination, type KnownTask } from './destination.js'
import { enqueueMany } from './enqueue-many.js'
import { Handles } from './handles.js'
import { newJobId } from './job-id.js'
import { configuredQueues, KnownNames } from './known-names.js'
import { KnownTasks } from './known-tasks.js'
import { type PlannedJob, planJob } from './plan-job.js'
import type { ClientDriver } from './workflows/client-driver.js'
import type { StartedWorkflow } from './workflows/start-workflow.js'
import type { WorkflowSite } from './workflows/workflow-site.js'

/** The settings that a client uses. */
export type ClientConfig = Pick<
  ResolvedConfig,
  | 'routes'
  | 'taskOptions'
  | 'defaultQueue'
  | 'queues'
  | 'payload'
  | 'results'
  | 'deadLetters'
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
  readonly #layers: readonly Middleware[]
  readonly #send: SendCall
  #workflowSite: WorkflowSite | undefined
  readonly #tell: ((event: EnqueueEvent) => void) | undefined

  constructor(
    private readonly engine: Engine,
    private readonly config: ClientConfig,
    private readonly warn: (message: string) => void,
  ) {
    this.#destinationOf = createDestinations(config)
    this.#codec = createCodec(config.codec)
    this.#handles = new Handles(engine, config.results.ttlMs, this.#codec)
    this.#names = new KnownNames(engine, configuredQueues(config), warn)
    this.#tasks = new KnownTasks(config, this.#names)
    this.#warnings = new CallWarnings(config.payload, warn)
    const { middleware, telemetry, listeners } = config
    this.#layers = telemetry === undefined ? middleware : [...middleware, traceJobs(telemetry())]
    this.#send = aroundEnqueue(this.#layers, (call) => this.#enqueue({ ...call, id: newJobId() }))
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

  async #enqueue(call: JobCall): Promise<AsyncResult> {
    const { task, args } = call
    const coded = this.#tasks.coded(task)
    const known = coded ?? (await this.#tasks.told(task))
    const planned = isTimed(call, known) ? await this.#planInTime(call, known) : this.#plan(call, known)
    const { job, ignoreResult, destination } = planned
    const checking = coded === undefined || isCheckedLater(call) ? undefined : checkArgs(coded.definition, args)
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
   * Makes a workflow, all of it or nothing, and enqueues the jobs that it begins with.
   *
   * @throws TaskqError as {@link enqueue} does, for any of its parts; `TASKQ_WORKFLOW_INVALID`,
   *   `TASKQ_WORKFLOW_TOO_LARGE`
   */
  async startWorkflow<R = unknown>(canvas: CanvasData, options: WorkflowOptions = {}): Promise<WorkflowResult<R>> {
    const { startWorkflow } = await import('./workflows/start-workflow.js')
    return this.#workflow(await startWorkflow(canvas, options, this.#site))
  }

  /** The same for a run: when it runs again it finds what it made, unless that failed. */
  async startFromRun<R = unknown>(canvas: CanvasData, run: RunOrigin): Promise<WorkflowResult<R>> {
    const { startFromRun } = await import('./workflows/start-workflow.js')
    return this.#workflow(await startFromRun(canvas, run, this.#site))
  }

  /** Adds a member to the group that a run's job is in: its result comes after the others'. */
  async addMember<R = unknown>(canvas: CanvasData, run: RunOrigin): Promise<AsyncResult<R>> {
    const { addMember } = await import('./workflows/add-member.js')
    return this.#handles.of<R>(await addMember(canvas, run, this.#site))
  }

  /** Lets workflows go on, for a worker. */
  async workflowDriver(): Promise<ClientDriver> {
    const { ClientDriver } = await import('./workflows/client-driver.js')
    return new ClientDriver(this.#site)
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
    return (await this.#planInTime(call, this.#tasks.coded(call.task) ?? (await this.#tasks.told(call.task)))).job
  }

  /** A handle by its id on a job, a workflow, or a part of one. */
  result<R = unknown>(id: string): AsyncResult<R> {
    return this.#handles.of<R>(id)
  }

  /** A handle on a workflow; see {@link Handles.workflowOf}. */
  workflow<R = unknown>(id: string): WorkflowResult<R> {
    return this.#handles.workflowOf<R>(id)
  }

  /** Waits for hints that are under way; call it before the engine is closed. */
  close(): Promise<void> {
    return this.#names.hintsSaid()
  }

  #workflow<R>({ id, isNew }: StartedWorkflow): WorkflowResult<R> {
    return this.#handles.workflow<R>(id, { deduplicated: !isNew })
  }

  /** What workflows need of this client; made for the first of them. */
  get #site(): WorkflowSite {
    const { telemetry } = this.config
    this.#workflowSite ??= {
      engine: this.engine,
      codec: this.#codec,
      config: this.config,
      warn: this.warn,
      traceHere: () => telemetry && traceHere(telemetry()),
      known: (task) => this.#tasks.coded(task) ?? this.#tasks.told(task),
      coded: (task) => this.#tasks.coded(task)?.definition,
      destination: (call, known, queue) => this.#destinationOf(call, known, queue),
      enqueuePart: (call) => this.#enqueuePart(call),
    }
    return this.#workflowSite
  }

  async #enqueuePart(part: JobCall): Promise<boolean> {
    if (this.#layers.length === 0) {
      await this.#enqueue(part)
      return true
    }
    let isAdded = false
    const send = aroundEnqueue(this.#layers, async (call) => {
      const handle = await this.#enqueue({ ...part, ...call })
      isAdded = true
      return handle
    })
    const { task, args, options } = part
    await send({ task, args, options })
    return isAdded
  }

  /** Plans what has to do with time: by the broker's, whatever this machine's clock says. */
  async #planInTime(call: JobCall, known: KnownTask): Promise<PlannedJob> {
    const asking = isTimed(call, known) ? this.engine.clock.refresh() : undefined
    if (asking === undefined) return this.#plan(call, known)
    const askedAt = performance.now()
    await timeTold(asking, call)
    this.#warnings.lookAtClock(this.engine.clock.skewMs)
    const planned = this.#plan(call, known)
    return { ...planned, job: { ...planned.job, askedAt } }
  }

  #plan(call: JobCall, known: KnownTask): PlannedJob {
    const nowMs = this.engine.clock.now()
    const planned = planJob(call, known, this.#destinationOf, this.config, this.#codec, nowMs)
    this.#names.checkQueue(planned.destination.queue)
    this.#warnings.look(planned)
    return planned
  }
}

/** Of these not all arguments are there yet, or each of them is a call's. */
const isCheckedLater = ({ part }: JobCall): boolean => part?.each !== undefined || part?.input !== undefined

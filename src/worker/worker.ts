import type { TaskLimit } from '../engine/limits/task-limits.js'
import type { RunningJob } from '../engine/workers/worker-facts.js'
import type { WorkerSide } from '../engine/workers/worker-side.js'
import { TaskqError } from '../errors/taskq-error.js'
import { announceTasks, listen } from './announce-tasks.js'
import { Clocks } from './clocks.js'
import { Heartbeat } from './heartbeat.js'
import { keepUp } from './keep-up.js'
import { sayGoodbye, shutDown } from './shutdown.js'
import { Steering } from './steering.js'
import { factsOf, toRunning } from './worker-facts.js'
import type { WorkerOptions } from './worker-options.js'
import { assembleParts, type WorkerParts } from './worker-parts.js'

/** A hurried worker takes no longer to end: where the broker is away, it goes without a word. */
const HURRIED_END_MS = 850

/**
 * A worker: serves queues until it is told to stop, or until there is nothing left to do.
 *
 * It owns a dispatcher (who takes jobs into free slots), a runner (who runs and records them), a lock keeper, the lanes
 * it serves, and its clocks: the heartbeat; the look for new lanes and limits; the search for jobs of workers that are
 * gone; the removal of results whose time is over; and, each second, what it counted and how many slots it needs. While
 * it works it can be steered, and what happens is told to those who watch.
 */
export class Worker {
  /** Why it stopped, where nobody told it to. */
  failure: TaskqError | undefined
  readonly #parts: WorkerParts
  readonly #steering: Steering
  readonly #heartbeat: Heartbeat
  readonly #startedAt = Date.now()
  readonly #clocks: Clocks
  readonly #done = Promise.withResolvers<void>()
  readonly #hurried = Promise.withResolvers<void>()
  readonly #outlived = Promise.withResolvers<void>()
  #goodbye: Promise<void> | undefined
  #limits: ReadonlyMap<string, TaskLimit> = new Map()
  #stopping: Promise<void> | undefined
  #life: 'starting' | 'working' | 'stopped' = 'starting'

  constructor(
    private readonly side: WorkerSide,
    private readonly options: WorkerOptions,
  ) {
    this.#parts = assembleParts(
      side,
      options,
      (task) => this.#limits.get(task),
      (error) => this.giveUp(error),
    )
    const { live, onEvent, onError } = this.#parts
    this.#clocks = new Clocks(() => this.#stopping !== undefined, onError)
    this.#heartbeat = new Heartbeat(
      () => this.#beat().catch(onError),
      () => live.isWatched,
    )
    this.#steering = new Steering({
      ...this.#parts,
      describeConfig: options.describeConfig,
      refresh: () => this.#look(),
      hearRevoked: (ids, ahead) => (ahead ? this.#parts.revokes.look() : this.#parts.runner.hearRevoked(ids)),
      announce: () => this.#heartbeat.now(),
      isStopping: () => this.#stopping !== undefined,
      stop: () => void this.stop(),
      onSteered: (command, text) => onEvent({ name: 'worker.steered', command, text }),
    })
    side.onError(onError)
  }

  /** Resolves when the worker has stopped, for whatever reason. */
  get done(): Promise<void> {
    return this.#done.promise
  }

  /** Where it stands in its life. It takes jobs while it is `working`. */
  get state(): 'starting' | 'working' | 'stopping' | 'stopped' {
    return this.#stopping === undefined || this.#life === 'stopped' ? this.#life : 'stopping'
  }

  /** How many jobs it runs at once. */
  get slots(): number {
    return this.#parts.dispatcher.slots
  }

  /** How many jobs run now, and how runs have ended since the start. */
  get counts(): { active: number; succeeded: number; failed: number } {
    const { dispatcher, runner } = this.#parts
    return { active: dispatcher.active, succeeded: runner.succeeded, failed: runner.failed }
  }

  /** The jobs that run now, longest first. */
  get running(): readonly RunningJob[] {
    return this.#parts.dispatcher.activeJobs.map(toRunning)
  }

  /**
   * Tells what it can do, and begins to work. Where that fails, it is stopped.
   *
   * @throws TaskqError `TASKQ_WORKER_NOTHING_TO_DO` without a queue
   */
  async start(): Promise<void> {
    if (this.options.queues.length === 0) {
      throw new TaskqError('TASKQ_WORKER_NOTHING_TO_DO', 'there is no queue to serve', {
        hint: 'Name queues with --queue, or let a task have one.',
      })
    }
    try {
      await this.#open()
      if (this.#stopping === undefined) this.#begin()
    } catch (error) {
      // Told to stop meanwhile: what fails then is the connection that was closed.
      if (this.#stopping !== undefined) return
      await this.stop()
      throw this.side.explain(error as Error)
    }
  }

  /**
   * Stops: takes no more jobs, lets running ones finish for `shutdownMs`, then tells them to end and gives
   * back what has not ended; no attempt is counted. Called again, it waits no longer.
   */
  stop(): Promise<void> {
    if (this.#stopping !== undefined) this.hurry()
    else {
      this.#stopping = this.#shutDown()
      this.#heartbeat.now()
    }
    return this.#stopping
  }

  /** Gives running jobs back now, once it is told to stop. */
  hurry(): void {
    this.#hurried.resolve()
  }

  /**
   * Resolves when jobs were given back whose tasks did not end: others run them from now on, and their code goes on in
   * this process. Also when a hurried end takes longer than it may. Whoever owns the process ends it at once.
   */
  get outlived(): Promise<void> {
    return this.#outlived.promise
  }

  /** Stops, because it cannot go on: `failure` says why. Where nothing runs, nothing is waited for. */
  giveUp(failure: TaskqError): void {
    this.failure ??= failure
    if (this.#stopping === undefined) void this.stop()
  }

  /** Why it takes no jobs although it works, for people; undefined where it takes them, or would. */
  get trouble(): string | undefined {
    return this.#parts.consumption.trouble
  }

  #begin(): void {
    this.#life = 'working'
    const { onEvent, lanes } = this.#parts
    onEvent({ name: 'worker.ready', worker: this.options.name, queues: lanes.queues })
  }

  async #shutDown(): Promise<void> {
    const { dispatcher, runner, lanes, locks, live, stats, onEvent } = this.#parts
    try {
      lanes.end()
      runner.endWorkflows()
      // A question for a job that hangs has its slot for ever, or until the broker is there again.
      const isFutile = (this.failure !== undefined || !this.side.isConnected) && dispatcher.active === 0
      const graceMs = isFutile ? 0 : this.options.shutdownMs
      const sayGoodbye = () => this.#sayGoodbye()
      void this.#hurried.promise.then(() => setTimeout(this.#outlived.resolve, HURRIED_END_MS).unref())
      const isLeft = await shutDown(dispatcher, runner, { graceMs, hurried: this.#hurried.promise, sayGoodbye })
      runner.tellUntold()
      if (isLeft) this.#outlived.resolve()
      await runner.workflowsIdle()
      const childrenEnd = runner.close()
      await Promise.all([this.#sayGoodbye(), stats.close(), locks.stop()])
      live.close()
      await lanes.close()
      await this.side.close()
      await childrenEnd
    } finally {
      this.#life = 'stopped'
      this.#done.resolve()
      const { succeeded, failed } = runner
      onEvent({ name: 'worker.stopped', worker: this.options.name, succeeded, failed })
    }
  }

  #sayGoodbye(): Promise<void> {
    this.#goodbye ??= sayGoodbye(this.#parts, [this.#clocks, this.#heartbeat], () => this.side.leave(this.options.id))
    return this.#goodbye
  }

  async #open(): Promise<void> {
    const { locks, lanes, live, dispatcher } = this.#parts
    await this.#announce()
    locks.start()
    await lanes.openNew()
    await lanes.recoverLost()
    if (this.#stopping !== undefined) return
    live.announce('worker.online')
    this.#heartbeat.start()
    // It may be back with nothing in it.
    this.side.onReconnected(() => this.#heartbeat.now())
    keepUp(this.#clocks, this.#parts, { side: this.side, options: this.options, look: () => this.#look() })
    // A stop ends the dispatcher, too; only where that ended by itself is there anything to do.
    void dispatcher.ended.then(() => this.#stopping ?? this.stop())
  }

  /** It can be told things before it is seen. */
  async #announce(): Promise<void> {
    await Promise.all([
      announceTasks(this.side, this.options),
      listen(this.side, this.options, this.#steering.carryOut, this.#parts.onError),
      this.#readLimits(),
      this.#parts.revokes.look(),
    ])
    await this.#beat()
  }

  async #beat(): Promise<void> {
    const standing = { host: this.side.host, startedAt: this.#startedAt, stopping: this.#stopping !== undefined }
    const answer = this.side.beat(factsOf(this.options, this.#parts, standing))
    const { watchedForMs, isForgotten, loss } = await this.#parts.consumption.hear(answer)
    if (watchedForMs > 0) this.#parts.live.watch(watchedForMs)
    if (loss !== undefined) {
      const detail = await this.side.registry.explainLoss(loss)
      this.#parts.onEvent({ name: 'broker.data-lost', detail })
    }
    if (!isForgotten && loss === undefined) return
    if (this.#life === 'working') await Promise.all([announceTasks(this.side, this.options), this.#look()])
  }

  /** Sees what has changed in the broker: new lanes, stored limits, ids that were revoked before their jobs came. */
  async #look(): Promise<void> {
    await Promise.all([this.#readLimits(), this.#parts.revokes.look(), this.#parts.lanes.openNew()])
  }

  async #readLimits(): Promise<void> {
    this.#limits = await this.side.taskLimits()
  }
}

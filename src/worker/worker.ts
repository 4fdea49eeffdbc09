import type { LaneConsumer } from '../engine/consumer.js'
import { LockKeeper } from '../engine/lock-keeper.js'
import { HEARTBEAT_MS, type WorkerFacts } from '../engine/worker-registry.js'
import type { WorkerSide } from '../engine/worker-side.js'
import { TaskqError } from '../errors/taskq-error.js'
import { TroubleLog } from '../events/trouble-log.js'
import { Dispatcher } from './dispatcher.js'
import { JobRunner } from './job-runner.js'
import { shutDown } from './shutdown.js'
import type { WorkerOptions } from './worker-options.js'

/** Finished jobs whose time is over are looked for this often. */
const SWEEP_MS = 30_000

/**
 * A worker: serves queues until it is told to stop, or until there is nothing left to do.
 *
 * It owns a dispatcher (who takes jobs into free slots), a runner (who runs and records them), a lock keeper,
 * and three clocks: its heartbeat, which also looks for new lanes; the search for jobs of workers that are
 * gone; and the removal of results whose time is over.
 */
export class Worker {
  readonly #dispatcher: Dispatcher
  readonly #runner: JobRunner
  readonly #locks: LockKeeper
  readonly #trouble: TroubleLog
  readonly #startedAt = Date.now()
  readonly #clocks: NodeJS.Timeout[] = []
  readonly #lanes = new Map<string, LaneConsumer>()
  readonly #done = Promise.withResolvers<void>()
  #stopping: Promise<void> | undefined
  #life: 'starting' | 'working' | 'stopped' = 'starting'

  constructor(
    private readonly side: WorkerSide,
    private readonly options: WorkerOptions,
  ) {
    this.#trouble = new TroubleLog(options.onEvent)
    const onError = (error: Error) => this.#trouble.report(error)
    this.#locks = new LockKeeper(options.lockMs, side, {
      onLost: (job) => this.#runner.lose(job),
      onRevoked: (job, reason) => this.#runner.revoke(job, reason),
      onError,
    })
    this.#runner = new JobRunner(side, this.#locks, options, onError)
    this.#dispatcher = new Dispatcher(options.id, {
      concurrency: options.concurrency,
      queueConcurrency: options.queueConcurrency,
      untilEmpty: options.burst,
      maxJobs: options.maxJobs,
      run: (job, mayFetchNext) => this.#runner.run(job, mayFetchNext),
      onError,
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
    return this.options.concurrency
  }

  /** How many jobs run now, and how runs have ended since the start. */
  get counts(): { active: number; succeeded: number; failed: number } {
    return { active: this.#dispatcher.active, succeeded: this.#runner.succeeded, failed: this.#runner.failed }
  }

  /** The jobs that run now. */
  get running(): readonly { readonly id: string; readonly task: string }[] {
    return this.#dispatcher.activeJobs
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
      if (this.#stopping === undefined) this.#life = 'working'
    } catch (error) {
      // Told to stop meanwhile: what fails then is the connection that was closed.
      if (this.#stopping !== undefined) return
      await this.stop()
      throw error
    }
  }

  /**
   * Stops: takes no more jobs, lets running ones finish for `shutdownMs`, then tells them to end and gives
   * back what has not ended; no attempt is counted. Called again, it waits no longer.
   */
  stop(): Promise<void> {
    if (this.#stopping === undefined) this.#stopping = this.#shutDown()
    else this.hurry()
    return this.#stopping
  }

  /** Gives running jobs back now. */
  hurry(): void {
    this.#runner.abandonAll()
  }

  async #shutDown(): Promise<void> {
    try {
      await shutDown(this.#dispatcher, this.#runner, this.options.shutdownMs)
      for (const clock of this.#clocks) clearInterval(clock)
      this.#locks.stop()
      await this.side.leave(this.options.id)
      await Promise.allSettled([...this.#lanes.values()].map((lane) => lane.close()))
      await this.side.close()
    } finally {
      this.#life = 'stopped'
      this.#done.resolve()
    }
  }

  async #open(): Promise<void> {
    await this.#announce()
    this.#locks.start()
    await this.#openNewLanes()
    await this.#recoverLost()
    if (this.#stopping !== undefined) return
    this.#every(HEARTBEAT_MS, () => this.#heartbeat())
    this.#every(this.options.stallCheckMs, () => this.#recoverLost())
    this.#every(SWEEP_MS, () => this.#sweep())
    // A stop ends the dispatcher, too; only where that ended by itself is there anything to do.
    void this.#dispatcher.ended.then(() => this.#stopping ?? this.stop())
  }

  async #announce(): Promise<void> {
    const { tasks, taskFacts } = this.options
    const limits = tasks.map(async ({ name, rateLimit }) => {
      const queue = taskFacts.get(name)?.queue
      if (rateLimit !== undefined && queue !== undefined) await this.side.lanes.limit(queue, name, rateLimit)
    })
    await Promise.all([...limits, this.side.registry.announceTasks(taskFacts), this.side.registry.beat(this.#facts())])
  }

  async #heartbeat(): Promise<void> {
    await this.side.beat(this.#facts())
    await this.#openNewLanes()
  }

  /** Lanes are served together when all are open: a burst must not end before it has seen the last. */
  async #openNewLanes(): Promise<void> {
    const lanes = await this.side.lanes.ofQueues(this.options.queues)
    const fresh = lanes.filter((lane) => !this.#lanes.has(lane))
    const openings = await Promise.allSettled(fresh.map((lane) => this.#openLane(lane)))
    for (const opening of openings) {
      if (opening.status === 'rejected') continue
      if (this.#stopping === undefined) this.#dispatcher.add(opening.value)
      else await opening.value.close()
    }
    for (const opening of openings) if (opening.status === 'rejected') throw opening.reason
  }

  async #openLane(lane: string): Promise<LaneConsumer> {
    const { lockMs, stallCheckMs, name } = this.options
    const onError = (error: Error) => this.#trouble.report(error)
    const consumer = this.side.consumer(lane, { lockMs, stallCheckMs, worker: name }, onError)
    this.#lanes.set(lane, consumer)
    try {
      await consumer.open()
      return consumer
    } catch (error) {
      // Forgotten, so that the next look for lanes tries again.
      this.#lanes.delete(lane)
      await consumer.close().catch(() => {})
      throw error
    }
  }

  async #recoverLost(): Promise<void> {
    for (const consumer of this.#lanes.values()) {
      const ids = await consumer.recoverLost()
      if (ids.length > 0) this.options.onEvent({ name: 'jobs.recovered', queue: consumer.name.queue, ids })
    }
  }

  async #sweep(): Promise<void> {
    for (const lane of this.#lanes.keys()) await this.side.sweep(lane, this.options.retention)
  }

  #every(ms: number, work: () => Promise<void>): void {
    let busy = false
    const clock = setInterval(async () => {
      if (busy || this.#stopping !== undefined) return
      busy = true
      await work().catch((error) => this.#trouble.report(error as Error))
      busy = false
    }, ms)
    this.#clocks.push(clock)
  }

  #facts(): WorkerFacts {
    const { id, name, version, queues, concurrency, tasks } = this.options
    return {
      id,
      name,
      version,
      queues,
      concurrency,
      host: this.side.host,
      pid: process.pid,
      startedAt: this.#startedAt,
      tasks: tasks.map((task) => task.name),
      ...this.counts,
    }
  }
}

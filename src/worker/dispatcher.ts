import type { ActiveJob, LaneConsumer, Pull } from '../engine/consumer.js'
import { deservesSlot, type Lane, newLane } from './dispatcher-lane.js'
import type { DispatcherOptions } from './dispatcher-options.js'

/**
 * A slot that finishes a job may take the next one of the same lane in the same step, which costs the broker
 * one script instead of two. It does so for this many jobs, or this long, while another lane waits.
 */
const STAY_JOBS = 16
const STAY_MS = 20
/** The longest rest of a lane at its rate limit; jobs that come due meanwhile are only seen after it. */
const MAX_REST_MS = 1000
const ERROR_REST_MS = 1000
/** Slots that may ask one lane at once: one after it was empty, twice as many after each job it gives. */
const MAX_PULLS = 64

/**
 * Shares a worker's slots among its lanes. A job is asked for only when a slot is free, so none is held
 * back from other workers. Lanes take turns; a turn may be several short jobs, and goes on while no other lane
 * has fewer slots.
 *
 * ```
 *            job                     no job
 * ready ───────────▶ (slot runs it)  ──────▶ waiting ──▶ ready
 *   └── rate limit, error ──▶ resting ──▶ ready
 * ```
 */
export class Dispatcher {
  readonly #lanes: Lane[] = []
  readonly #running = new Set<ActiveJob>()
  readonly #perQueue = new Map<string, number>()
  readonly #timers = new Set<NodeJS.Timeout>()
  readonly #ended = Promise.withResolvers<void>()
  #allFree: PromiseWithResolvers<void> | undefined
  #free: number
  #turn = 0
  #tokens = 0
  #taken = 0
  #stopped = false

  constructor(
    private readonly workerId: string,
    private readonly options: DispatcherOptions,
  ) {
    this.#free = options.concurrency
  }

  /** Resolves when the dispatcher ended by itself (`untilEmpty`, `maxJobs`) or was stopped. */
  get ended(): Promise<void> {
    return this.#ended.promise
  }

  get active(): number {
    return this.#running.size
  }

  get activeJobs(): ActiveJob[] {
    return [...this.#running]
  }

  /** Serves one more lane. */
  add(consumer: LaneConsumer): void {
    this.#lanes.push(newLane(consumer))
    this.#fillSlots()
  }

  /** Takes no more jobs. Those that run go on. */
  stop(): void {
    if (this.#stopped) return
    this.#stopped = true
    for (const timer of this.#timers) clearTimeout(timer)
    for (const { consumer } of this.#lanes) void consumer.wake()
    this.#ended.resolve()
  }

  /** Resolves when every slot is free: nothing runs, and nothing is being fetched. */
  async idle(): Promise<void> {
    if (this.#free === this.options.concurrency) return
    this.#allFree ??= Promise.withResolvers<void>()
    await this.#allFree.promise
  }

  #fillSlots(): void {
    while (!this.#stopped && this.#free > 0 && this.#taken < this.options.maxJobs) {
      const lane = this.#nextReady()
      if (lane === undefined) break
      this.#free--
      this.#taken++
      this.#count(lane, 1)
      void this.#serve(lane)
    }
    this.#endWhenDone()
  }

  /** One slot on one lane: pull, run, and stay while the lane has more and nobody else waits. */
  async #serve(lane: Lane): Promise<void> {
    const token = `${this.workerId}:${this.#tokens++}`
    const seen = lane.changes
    const pull = await this.#pull(lane, token)
    if (pull?.job === undefined) {
      this.#taken--
      if (pull !== undefined) this.#park(lane, pull, seen)
    } else {
      lane.mayPull = Math.min(lane.mayPull * 2, MAX_PULLS)
      this.#fillSlots()
      await this.#runOn(lane, pull.job)
    }
    this.#free++
    this.#count(lane, -1)
    this.#fillSlots()
    if (this.#free === this.options.concurrency) this.#allFree?.resolve()
  }

  async #pull(lane: Lane, token: string): Promise<Pull | undefined> {
    lane.pulling++
    try {
      return await lane.consumer.pull(token)
    } catch (error) {
      if (this.#stopped) return undefined
      this.options.onError(error as Error)
      this.#rest(lane, ERROR_REST_MS)
      return undefined
    } finally {
      lane.pulling--
    }
  }

  async #runOn(lane: Lane, first: ActiveJob): Promise<void> {
    const arrivedAt = performance.now()
    let jobs = 0
    let stays = false
    let seen = lane.changes
    const mayStay = () => {
      jobs++
      seen = lane.changes
      stays = this.#mayStay(lane, jobs, arrivedAt)
      return stays
    }
    let job: ActiveJob | undefined = first
    while (job !== undefined) {
      // It came while the dispatcher was being stopped.
      if (this.#stopped) return this.#giveBack(job)
      stays = false
      const next: Pull = await this.#runOne(job, mayStay)
      job = next.job
      if (job !== undefined) this.#taken++
      else if (stays) this.#park(lane, next, seen)
    }
    if (this.options.untilEmpty) this.#lookAgain()
  }

  async #giveBack(job: ActiveJob): Promise<void> {
    await job.lane.giveBack(job).catch((error) => this.options.onError(error as Error))
  }

  /** A job that ended may have enqueued others. */
  #lookAgain(): void {
    for (const lane of this.#lanes) {
      lane.changes++
      if (lane.state === 'empty') lane.state = 'ready'
    }
  }

  async #runOne(job: ActiveJob, mayFetchNext: () => boolean): Promise<Pull> {
    this.#running.add(job)
    try {
      return await this.options.run(job, mayFetchNext)
    } catch (error) {
      this.options.onError(error as Error)
      return {}
    } finally {
      this.#running.delete(job)
    }
  }

  #mayStay(lane: Lane, jobs: number, arrivedAt: number): boolean {
    if (this.#stopped || this.#taken >= this.options.maxJobs) return false
    if (jobs < STAY_JOBS && performance.now() - arrivedAt < STAY_MS) return true
    return !this.#lanes.some((other) => this.#isServable(other) && deservesSlot(other, lane))
  }

  #nextReady(): Lane | undefined {
    for (let step = 0; step < this.#lanes.length; step++) {
      const index = (this.#turn + step) % this.#lanes.length
      const lane = this.#lanes[index]
      if (lane !== undefined && this.#isServable(lane)) {
        this.#turn = index + 1
        return lane
      }
    }
    return undefined
  }

  #isServable({ state, consumer, pulling, mayPull }: Lane): boolean {
    if (state !== 'ready' || pulling >= mayPull) return false
    const limit = this.options.queueConcurrency.get(consumer.name.queue)
    return limit === undefined || (this.#perQueue.get(consumer.name.queue) ?? 0) < limit
  }

  #count(lane: Lane, change: 1 | -1): void {
    lane.slots += change
    const { queue } = lane.consumer.name
    if (this.options.queueConcurrency.has(queue)) this.#perQueue.set(queue, (this.#perQueue.get(queue) ?? 0) + change)
  }

  /** Nothing could start on this lane: leave it until that may have changed. */
  #park(lane: Lane, { limitedForMs, nextDueAt }: Pull, seen: number): void {
    lane.mayPull = 1
    if (lane.state !== 'ready' || lane.changes !== seen) return
    if (limitedForMs !== undefined) this.#rest(lane, Math.min(limitedForMs, MAX_REST_MS))
    else if (this.options.untilEmpty) lane.state = 'empty'
    else void this.#wait(lane, nextDueAt)
  }

  async #wait(lane: Lane, nextDueAt?: number): Promise<void> {
    lane.state = 'waiting'
    try {
      await lane.consumer.waitForWork(nextDueAt)
      this.#wake(lane)
    } catch (error) {
      if (this.#stopped) return
      this.options.onError(error as Error)
      this.#rest(lane, ERROR_REST_MS)
    }
  }

  #rest(lane: Lane, ms: number): void {
    lane.state = 'resting'
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      this.#wake(lane)
    }, ms)
    this.#timers.add(timer)
  }

  #wake(lane: Lane): void {
    lane.state = 'ready'
    lane.changes++
    this.#fillSlots()
  }

  #endWhenDone(): void {
    if (this.#stopped || this.#free < this.options.concurrency) return
    const { untilEmpty, maxJobs } = this.options
    const allEmpty = untilEmpty && this.#lanes.length > 0 && this.#lanes.every((lane) => lane.state === 'empty')
    if (allEmpty || this.#taken >= maxJobs) this.stop()
  }
}

import type { ActiveJob, LaneConsumer, Pull } from '../engine/consumer.js'
import { AsideRuns } from './aside-runs.js'
import { askLane } from './ask-lane.js'
import type { Lane } from './dispatcher-lane.js'
import type { DispatcherOptions } from './dispatcher-options.js'
import { LanePauses } from './lane-pauses.js'
import { LaneRing } from './lane-ring.js'
import { SlotBudget } from './slot-budget.js'

/**
 * A slot that finishes a job may take the next one of the same lane in the same step, which costs the broker
 * one script instead of two. It does so for this many jobs, or this long, while another lane waits.
 */
const STAY_JOBS = 16
const STAY_MS = 20
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
  readonly #lanes = new LaneRing()
  readonly #budget: SlotBudget
  readonly #running = new Set<ActiveJob>()
  readonly #pauses: LanePauses
  /** Runs that wait for other jobs, and have lent their slots. */
  readonly lent: AsideRuns
  readonly #ended = Promise.withResolvers<void>()
  #allFree: PromiseWithResolvers<void> | undefined
  #tokens = 0
  #taken = 0
  #stopped = false

  constructor(
    private readonly workerId: string,
    private readonly options: DispatcherOptions,
  ) {
    this.#budget = new SlotBudget(options.concurrency, options.queueConcurrency)
    this.lent = new AsideRuns(this.#budget, () => this.#onLent(), options.bringForward)
    this.#pauses = new LanePauses(
      options,
      () => this.#fillSlots(),
      () => this.lent.count > 0,
    )
  }

  /** Resolves when the dispatcher ended by itself (`untilEmpty`, `maxJobs`) or was stopped. */
  get ended(): Promise<void> {
    return this.#ended.promise
  }

  get active(): number {
    return this.#running.size
  }

  /** The jobs that run now, longest first. */
  get activeJobs(): ActiveJob[] {
    return [...this.#running]
  }

  /** How many jobs may run at once. */
  get slots(): number {
    return this.#budget.total
  }

  /** The lanes that could use one more slot, and by their queue's limit may, where there is none: all are in use. */
  get hungryLanes(): readonly string[] {
    return this.#budget.hasFree ? [] : this.#lanes.readyOf((queue) => this.#budget.hasRoom(queue))
  }

  /** The lanes that are asked for a job, or are to be: there is a slot for it. */
  get expectant(): readonly Lane[] {
    return this.#lanes.that((lane) => lane.pulling > 0 || (this.#mayTake && this.#budget.hasRoom(queueOf(lane))))
  }

  /** Changes how many jobs may run at once. None is interrupted: slots that are too many go when they become free. */
  resize(slots: number): void {
    this.#budget.resize(slots)
    this.options.onResized?.()
    this.#fillSlots()
  }

  /** How many jobs of one logical queue may run at once, where it has a limit of its own. */
  limitOf(queue: string): number | undefined {
    return this.#budget.limitOf(queue)
  }

  /** Gives a logical queue a limit of its own, or another one. */
  limitQueue(queue: string, slots: number): void {
    this.#budget.limitQueue(queue, slots)
    this.#fillSlots()
  }

  /** Serves one more lane. */
  add(consumer: LaneConsumer): void {
    this.#lanes.add(consumer)
    this.#fillSlots()
  }

  /** Takes no more jobs of a lane. Resolves when those that run have ended; then it can be closed. */
  async remove(consumer: LaneConsumer): Promise<void> {
    const lane = this.#lanes.remove(consumer)
    if (lane === undefined) return
    lane.state = 'closed'
    void consumer.wake()
    if (lane.slots > 0) {
      const left = Promise.withResolvers<void>()
      lane.onLeft = left.resolve
      await left.promise
    }
    this.#endWhenDone()
  }

  /** Takes no more jobs. Those that run go on. */
  stop(): void {
    if (this.#stopped) return
    this.#stopped = true
    this.#pauses.end()
    this.lent.open()
    this.#lanes.wakeAll()
    this.#ended.resolve()
  }

  /** Resolves when no slot is in use: nothing runs, and nothing is being fetched. */
  async idle(): Promise<void> {
    if (this.#isIdle) return
    this.#allFree ??= Promise.withResolvers<void>()
    await this.#allFree.promise
  }

  get #mayTake(): boolean {
    return !this.#stopped && this.#budget.hasFree && this.#taken < this.options.maxJobs
  }

  get #isIdle(): boolean {
    return this.#budget.busy === 0 && this.lent.count === 0
  }

  #onLent(): void {
    // What its run waits for may be in a lane that was empty.
    if (this.options.untilEmpty) this.#lanes.lookAgain()
    this.#fillSlots()
  }

  #fillSlots(): void {
    if (this.lent.areReturning) this.lent.letIn()
    while (this.#mayTake) {
      const lane = this.#lanes.next(this.#isServable)
      if (lane === undefined) break
      this.#taken++
      lane.slots++
      this.#budget.take(queueOf(lane))
      void this.#serve(lane)
    }
    this.#endWhenDone()
  }

  /** One slot on one lane: pull, run, and stay while the lane has more and nobody else waits. */
  async #serve(lane: Lane): Promise<void> {
    const token = `${this.workerId}:${this.#tokens++}`
    const seen = lane.changes
    const pull = await askLane(lane, token, (error) => this.#pauses.restAfter(error, lane))
    if (pull !== undefined) this.#pauses.noteAnswer(pull)
    if (pull?.job === undefined) {
      this.#taken--
      if (pull !== undefined) this.#pauses.park(lane, pull, seen)
    } else {
      lane.mayPull = Math.min(lane.mayPull * 2, MAX_PULLS)
      this.#fillSlots()
      await this.#runOn(lane, pull.job)
    }
    this.#leave(lane)
    this.#fillSlots()
    if (this.#isIdle) this.#allFree?.resolve()
  }

  #leave(lane: Lane): void {
    lane.slots--
    this.#budget.free(queueOf(lane))
    if (lane.slots === 0) lane.onLeft?.()
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
      // It came while the dispatcher, or the lane, was being stopped.
      if (this.#stopped || lane.state === 'closed')
        return this.options.giveBack(job).catch((error) => this.options.onError(error as Error))
      stays = false
      const next: Pull = await this.#runOne(job, mayStay)
      job = next.job
      if (job !== undefined) this.#taken++
      else if (stays) this.#pauses.park(lane, next, seen)
    }
    if (this.options.untilEmpty) this.#lanes.lookAgain()
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
    if (this.#stopped || lane.state === 'closed' || this.#taken >= this.options.maxJobs) return false
    if (this.lent.areReturning || this.#budget.isOver(queueOf(lane))) return false
    if (jobs < STAY_JOBS && performance.now() - arrivedAt < STAY_MS) return true
    return !this.#lanes.hasNeedier(lane, this.#isServable)
  }

  readonly #isServable = ({ state, consumer, pulling, mayPull }: Lane): boolean =>
    state === 'ready' && pulling < mayPull && this.#budget.hasRoom(consumer.name.queue)

  #endWhenDone(): void {
    if (this.#stopped || !this.#isIdle) return
    const { untilEmpty, maxJobs } = this.options
    if ((untilEmpty && this.#lanes.areEmpty) || this.#taken >= maxJobs) this.stop()
  }
}

const queueOf = ({ consumer }: Lane): string => consumer.name.queue

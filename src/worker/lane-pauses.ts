import { refusesAll } from '../engine/connection/refused.js'
import type { Pull } from '../engine/consumer.js'
import type { Lane } from './dispatcher-lane.js'
import type { DispatcherOptions } from './dispatcher-options.js'
import { RefusalPace } from './refusal-pace.js'

/** The longest rest of a lane at its rate limit; jobs that come due meanwhile are only seen after it. */
const MAX_REST_MS = 1000
const ERROR_REST_MS = 1000
/** While a run waits for other jobs, an empty lane is asked again after this long. */
const LOOK_AGAIN_MS = 100
/** Timers are late by about that; the engine's next window begins when it is asked for, so each delay slows the rate. */
const EARLY_MS = 1

/** Keeps lanes aside on which nothing can start, until that may have changed. */
export class LanePauses {
  readonly #timers = new Set<NodeJS.Timeout>()
  /** Lanes that wait for the turn of a key, with the timer that tells them. */
  readonly #turns = new Map<Lane, NodeJS.Timeout>()
  /** Lanes whose connection waits for a job, also while they are asked for one. */
  readonly #listening = new Set<Lane>()
  readonly #refused = new RefusalPace()
  #ended = false

  constructor(
    private readonly options: Pick<DispatcherOptions, 'untilEmpty' | 'onError' | 'onLimited'>,
    /** Called when a lane is ready again. */
    private readonly onReady: () => void,
    /** Whether a run waits for other jobs: then there may be more to do soon. */
    private readonly isMoreToCome: () => boolean = () => false,
  ) {}

  /** Nothing could start on this lane: leaves it until that may have changed. */
  park(lane: Lane, { limitedForMs, isLimitedByKey, nextDueAt }: Pull, seen: number): void {
    lane.mayPull = 1
    if (this.#ended || lane.state !== 'ready' || lane.changes !== seen) return
    if (limitedForMs !== undefined) {
      if (limitedForMs > EARLY_MS) this.options.onLimited(lane.consumer.name, limitedForMs)
      this.#rest(lane, Math.max(1, Math.min(limitedForMs, MAX_REST_MS) - EARLY_MS))
    } else if (this.options.untilEmpty && isLimitedByKey !== true) this.#leaveEmpty(lane)
    else if (isLimitedByKey === true || this.#listening.has(lane)) this.#waitForTurn(lane, nextDueAt)
    else void this.#wait(lane, nextDueAt)
  }

  /** Nothing waits here for long: the worker ends when all lanes are empty. */
  #leaveEmpty(lane: Lane): void {
    if (this.isMoreToCome()) this.#rest(lane, LOOK_AGAIN_MS)
    else lane.state = 'empty'
  }

  /** Leaves a lane alone for a second; where the broker refuses all lanes, until its turn comes. */
  restAfter(error: Error, lane: Lane): void {
    if (this.#ended || lane.state === 'closed') return
    lane.refusal = error
    lane.mayPull = 1
    this.options.onError(error)
    if (!refusesAll(error)) return this.#rest(lane, ERROR_REST_MS)
    // Others of its slots may have asked, too.
    if (lane.state !== 'resting') void this.#refused.turn().then(() => this.#wake(lane))
    lane.state = 'resting'
  }

  /** A lane has answered. Only where it gave a job, it is known that the broker refuses no more. */
  noteAnswer({ job }: Pull): void {
    if (job === undefined) this.#refused.answered()
    else this.#refused.served()
  }

  /** No lane comes back any more. */
  end(): void {
    this.#ended = true
    this.#refused.end()
    for (const timer of [...this.#timers, ...this.#turns.values()]) clearTimeout(timer)
  }

  async #wait(lane: Lane, nextDueAt?: number): Promise<void> {
    lane.state = 'waiting'
    try {
      await lane.consumer.waitForWork(nextDueAt)
      this.#refused.served()
      this.#wake(lane)
    } catch (error) {
      this.restAfter(error as Error, lane)
    }
  }

  /**
   * Waits for a job and for a moment. The moment is not left to the broker, which ends a wait at its next tick: up to
   * 100 ms late. A wait that is under way goes on, and is listened to when the lane waits again.
   */
  #waitForTurn(lane: Lane, at: number | undefined): void {
    lane.state = 'waiting'
    if (!this.#listening.has(lane)) void this.#listen(lane)
    clearTimeout(this.#turns.get(lane))
    if (at === undefined) return
    const tell = () => {
      this.#turns.delete(lane)
      if (lane.state === 'waiting') this.#wake(lane)
    }
    this.#turns.set(lane, setTimeout(tell, Math.max(1, Math.min(lane.consumer.msUntil(at), MAX_REST_MS))))
  }

  async #listen(lane: Lane): Promise<void> {
    this.#listening.add(lane)
    try {
      await lane.consumer.waitForWork()
      this.#listening.delete(lane)
      this.#refused.served()
      if (!this.#ended) this.#wake(lane)
    } catch (error) {
      this.#listening.delete(lane)
      this.restAfter(error as Error, lane)
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
    if (lane.state === 'closed') return
    lane.state = 'ready'
    lane.changes++
    this.onReady()
  }
}

import type { Pull } from '../engine/consumer.js'
import type { Lane } from './dispatcher-lane.js'
import type { DispatcherOptions } from './dispatcher-options.js'

/** The longest rest of a lane at its rate limit; jobs that come due meanwhile are only seen after it. */
const MAX_REST_MS = 1000
const ERROR_REST_MS = 1000

/** Keeps lanes aside on which nothing can start, until that may have changed. */
export class LanePauses {
  readonly #timers = new Set<NodeJS.Timeout>()
  #ended = false

  constructor(
    private readonly options: Pick<DispatcherOptions, 'untilEmpty' | 'onError' | 'onLimited'>,
    /** Called when a lane is ready again. */
    private readonly onReady: () => void,
  ) {}

  /** Nothing could start on this lane: leaves it until that may have changed. */
  park(lane: Lane, { limitedForMs, isLimitedByKey, nextDueAt }: Pull, seen: number): void {
    lane.mayPull = 1
    if (this.#ended || lane.state !== 'ready' || lane.changes !== seen) return
    if (limitedForMs !== undefined) {
      this.options.onLimited(lane.consumer.name, limitedForMs)
      this.#rest(lane, Math.min(limitedForMs, MAX_REST_MS))
    } else if (this.options.untilEmpty && isLimitedByKey !== true) lane.state = 'empty'
    else void this.#wait(lane, nextDueAt)
  }

  /** Leaves a lane alone for a second. */
  restAfter(error: Error, lane: Lane): void {
    if (this.#ended || lane.state === 'closed') return
    this.options.onError(error)
    this.#rest(lane, ERROR_REST_MS)
  }

  /** No lane comes back any more. */
  end(): void {
    this.#ended = true
    for (const timer of this.#timers) clearTimeout(timer)
  }

  async #wait(lane: Lane, nextDueAt?: number): Promise<void> {
    lane.state = 'waiting'
    try {
      await lane.consumer.waitForWork(nextDueAt)
      this.#wake(lane)
    } catch (error) {
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

import { type Clock, sleep } from '../../time/clock.js'
import type { Connection } from '../connection/connection.js'
import { readTime } from './broker-time.js'

/**
 * The broker's time. It is asked for now and then, and counted on in between by a clock that nobody sets: a wrong or
 * changed clock of this machine moves nothing.
 */
export class BrokerClock implements Clock {
  /** The broker's time less that of the clock that nobody sets. */
  #aheadMs = Number.NaN

  /** `NaN` until it was asked for. */
  now(): number {
    return performance.now() + this.#aheadMs
  }

  sleep(ms: number, signal: AbortSignal): Promise<void> {
    return sleep(ms, signal)
  }

  /** How far this machine's clock is behind the broker's, in milliseconds, give or take half a round trip. */
  get skewMs(): number {
    return this.now() - Date.now()
  }

  /** Asks the broker: again while its answer is slow, and the quickest answer is believed. */
  async sync(connection: Pick<Connection, 'time'>): Promise<void> {
    let shortestMs = Number.POSITIVE_INFINITY
    for (let asked = 0; asked < MOST_SAMPLES && shortestMs > QUICK_MS; asked++) {
      const askedAt = performance.now()
      const toldMs = await readTime(connection)
      const tripMs = performance.now() - askedAt
      if (tripMs >= shortestMs) continue
      shortestMs = tripMs
      this.#aheadMs = toldMs - (askedAt + tripMs / 2)
    }
  }

  /**
   * Takes in what the broker told in passing, having been asked at `askedAt` by `performance.now()`. What is known is
   * moved no further than that demands: a slow answer, or one that was read late, says little.
   */
  hear(toldMs: number, askedAt: number): void {
    const most = toldMs - askedAt
    const least = toldMs - performance.now()
    const known = Number.isNaN(this.#aheadMs) ? (most + least) / 2 : this.#aheadMs
    this.#aheadMs = Math.min(most, Math.max(least, known))
  }
}

/** An answer may be wrong by half its round trip. */
const QUICK_MS = 20
const MOST_SAMPLES = 5

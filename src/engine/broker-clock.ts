import { type Clock, sleep } from '../time/clock.js'
import { readTime } from './broker-time.js'
import type { Connection } from './connection.js'

/**
 * The broker's time. It is asked for now and then, and counted on in between by a clock that nobody sets: a wrong or
 * changed clock of this machine moves nothing.
 */
export class BrokerClock implements Clock {
  #brokerMs = Number.NaN
  #localMs = 0

  now(): number {
    return this.#brokerMs + (performance.now() - this.#localMs)
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
      this.#localMs = askedAt + tripMs / 2
      this.#brokerMs = toldMs
    }
  }
}

/** An answer may be wrong by half its round trip. */
const QUICK_MS = 20
const MOST_SAMPLES = 5

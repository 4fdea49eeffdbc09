import { type Clock, sleep } from '../time/clock.js'
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

  /** Asks the broker. */
  async sync(connection: Connection): Promise<void> {
    const askedAt = performance.now()
    const [seconds, micros] = await connection.time()
    this.#localMs = (askedAt + performance.now()) / 2
    this.#brokerMs = Number(seconds) * 1000 + Number(micros) / 1000
  }
}

import type { BrokerLink } from '../connection/broker-link.js'
import { BrokerClock } from './broker-clock.js'

/** The broker is asked again after so long, when its time is next wanted. */
const FRESH_MS = 60_000
/** Two clocks of this machine that moved apart by more: one was set, or stood still while the machine slept. */
const MOVED_MS = 250

/**
 * The broker's time for callers: when a countdown is over must not depend on whose clock is right. It is only asked for
 * by calls that have to do with time, once a minute; until then this machine's clock is believed.
 */
export class CallerClock {
  readonly #clock = new BrokerClock()
  #askedAt = Number.NEGATIVE_INFINITY
  /** This machine's clock less the one that nobody sets, when the broker was asked. */
  #machineAheadMs = 0
  #asking: Promise<void> | undefined

  constructor(private readonly link: Pick<BrokerLink, 'read'>) {}

  /** Whole milliseconds since 1970. */
  now(): number {
    const now = this.#clock.now()
    return Number.isNaN(now) ? Date.now() : Math.floor(now)
  }

  /** How far this machine's clock is behind the broker's, in milliseconds; 0 until the broker was asked. */
  get skewMs(): number {
    return Number.isNaN(this.#clock.skewMs) ? 0 : this.#clock.skewMs
  }

  /**
   * Makes sure that the time is the broker's: nothing to wait for where it was asked lately.
   *
   * @throws TaskqError `TASKQ_BROKER_UNREACHABLE`, `TASKQ_BROKER_AUTH`, `TASKQ_BROKER_REFUSED`
   */
  refresh(): Promise<void> | undefined {
    if (this.#isFresh) return undefined
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = undefined
    })
    return this.#asking
  }

  get #isFresh(): boolean {
    const now = performance.now()
    return now - this.#askedAt < FRESH_MS && Math.abs(Date.now() - now - this.#machineAheadMs) < MOVED_MS
  }

  async #ask(): Promise<void> {
    await this.link.read((connection) => this.#clock.sync(connection))
    this.#askedAt = performance.now()
    this.#machineAheadMs = Date.now() - this.#askedAt
  }
}

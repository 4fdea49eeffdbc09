import { monitorEventLoopDelay } from 'node:perf_hooks'

const RESOLUTION_MS = 20
const STRETCH_MS = 10_000

/** How late timers come: the 99th percentile of the last ten to twenty seconds. Reading it changes nothing. */
export class EventLoopLag {
  readonly #delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  readonly #clock: NodeJS.Timeout
  #lastStretch = 0

  constructor() {
    this.#delay.enable()
    this.#clock = setInterval(() => {
      this.#lastStretch = this.#running()
      this.#delay.reset()
    }, STRETCH_MS).unref()
  }

  get seconds(): number {
    return Math.max(this.#lastStretch, this.#running())
  }

  stop(): void {
    clearInterval(this.#clock)
    this.#delay.disable()
  }

  /** What is measured is the time from one timer to the next: an idle process has the resolution. */
  #running(): number {
    const { count } = this.#delay
    return count === 0 ? 0 : Math.max(0, this.#delay.percentile(99) / 1e9 - RESOLUTION_MS / 1000)
  }
}

/** How often the event loop is asked whether it is late: ten times a second costs nothing that can be measured. */
const ASK_MS = 100
/** As many answers are kept as come in ten seconds. */
const MOST_ANSWERS = 100

/**
 * How late timers come in this process. Node's own `monitorEventLoopDelay` tells the same; its histogram costs an idle
 * worker 0.4 MB.
 */
export class LoopLag {
  readonly #clock: NodeJS.Timeout
  #late: number[] = []
  #askedAt = performance.now()

  constructor() {
    this.#clock = setInterval(() => this.#note(), ASK_MS)
    this.#clock.unref()
  }

  /** The 99th percentile since {@link reset}, in milliseconds. */
  get p99(): number {
    const sorted = this.#late.toSorted((a, b) => a - b)
    return sorted[Math.ceil(sorted.length * 0.99) - 1] ?? 0
  }

  reset(): void {
    this.#late = []
  }

  stop(): void {
    clearInterval(this.#clock)
  }

  #note(): void {
    const now = performance.now()
    this.#late.push(Math.max(0, now - this.#askedAt - ASK_MS))
    if (this.#late.length > MOST_ANSWERS) this.#late.shift()
    this.#askedAt = now
  }
}

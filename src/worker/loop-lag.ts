/** How often the event loop is asked whether it is late: ten times a second costs nothing that can be measured. */
const ASK_MS = 100
/** As many answers are kept as come in ten seconds; those of two are recent. */
const MOST_ANSWERS = 100
const RECENT_ANSWERS = 20

/**
 * How late timers come in this process. Node's own `monitorEventLoopDelay` tells the same; its histogram costs an idle
 * worker 0.4 MB.
 */
export class LoopLag {
  readonly #clock: NodeJS.Timeout
  readonly #late: number[] = []
  /** How many answers came since they were last read. */
  #unread = 0
  #askedAt = performance.now()

  constructor(
    /** Told of each answer: how late it came, in milliseconds. */
    private readonly onAnswer: (lateMs: number) => void = () => {},
  ) {
    this.#clock = setInterval(() => this.#note(), ASK_MS)
    this.#clock.unref()
  }

  /** The 99th percentile of the last two seconds, in milliseconds. */
  get recent(): number {
    return percentile99(this.#late.slice(-RECENT_ANSWERS))
  }

  /** The 99th percentile since the last call, in milliseconds. */
  read(): number {
    const unread = this.#late.slice(this.#late.length - this.#unread)
    this.#unread = 0
    return percentile99(unread)
  }

  stop(): void {
    clearInterval(this.#clock)
  }

  #note(): void {
    const now = performance.now()
    const lateMs = Math.max(0, now - this.#askedAt - ASK_MS)
    this.#late.push(lateMs)
    if (this.#late.length > MOST_ANSWERS) this.#late.shift()
    this.#unread = Math.min(this.#unread + 1, MOST_ANSWERS)
    this.#askedAt = now
    this.onAnswer(lateMs)
  }
}

function percentile99(answers: readonly number[]): number {
  const sorted = answers.toSorted((a, b) => a - b)
  return sorted[Math.ceil(sorted.length * 0.99) - 1] ?? 0
}

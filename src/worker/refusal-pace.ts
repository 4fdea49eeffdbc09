const FIRST_MS = 1000
const MOST_MS = 3000
const JITTER_MS = 1000

/**
 * Slows down those whom the broker refuses, all together: while it is full, or cannot write, one tries at a time, once
 * a second at the most; the others wait for it. As soon as one is served, all try.
 */
export class RefusalPace {
  readonly #waiting: (() => void)[] = []
  #timer: NodeJS.Timeout | undefined
  #rounds = 0
  /** Whether one was refused since the last was let go. */
  #isRefused = false

  /** To be asked by one who was refused: resolves when it may try again. */
  turn(): Promise<void> {
    this.#isRefused = true
    return new Promise((resolve) => {
      this.#waiting.push(resolve)
      this.#schedule()
    })
  }

  /** One was served: all try again. */
  served(): void {
    this.#rounds = 0
    if (this.#waiting.length > 0) for (const go of this.#waiting.splice(0)) go()
  }

  /** One got an answer which does not tell whether others are served, so the next one tries. */
  answered(): void {
    if (!this.#isRefused) this.#waiting.shift()?.()
  }

  /** Nobody's turn comes any more. */
  end(): void {
    clearTimeout(this.#timer)
    this.#waiting.length = 0
  }

  #schedule(): void {
    if (this.#timer !== undefined) return
    const ms = Math.min(MOST_MS, FIRST_MS * 1.5 ** this.#rounds++) + Math.random() * JITTER_MS
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      this.#isRefused = false
      this.#waiting.shift()?.()
      // Whoever was let go may never come back to tell.
      if (this.#waiting.length > 0) this.#schedule()
    }, ms)
  }
}

import type { Store } from './store.js'

/** Something that goes on until it is stopped. */
export interface Service {
  stop(): void
}

/** However long an answer takes, the broker gets so much rest before the next question. */
const LEAST_PAUSE_MS = 100

/**
 * Looks again and again: never before the last look has ended, and where the broker is lost, when the next try is due.
 */
export function keepPolling(store: Store, refreshMs: number, nowMs: () => number): Service {
  const pause = new Pause()
  const loop = async (): Promise<void> => {
    while (!pause.isOver) {
      const startedAt = performance.now()
      await store.dispatch({ kind: 'poll' })
      const { link, frozen } = store.state
      const untilNext = refreshMs - (performance.now() - startedAt)
      await pause.rest(link.kind === 'lost' && !frozen ? link.retryAtMs - nowMs() : untilNext)
    }
  }
  void loop()
  return { stop: () => pause.end() }
}

/** Lets ages, countdowns and notices go on. */
export function tellSeconds(store: Store, nowMs: () => number): Service {
  const timer = setInterval(() => void store.dispatch({ kind: 'second', nowMs: nowMs() }), 1000)
  return { stop: () => clearInterval(timer) }
}

/** A rest that can be cut short for good. */
class Pause {
  isOver = false
  #wake: (() => void) | undefined

  async rest(ms: number): Promise<void> {
    if (this.isOver) return
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#wake = resolve
    const timer = setTimeout(resolve, Math.max(LEAST_PAUSE_MS, ms))
    await promise
    clearTimeout(timer)
  }

  end(): void {
    this.isOver = true
    this.#wake?.()
  }
}

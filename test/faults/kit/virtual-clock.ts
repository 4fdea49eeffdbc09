import type { Clock } from '../../../dist/time/clock.js'

/** A clock that moves when it is told to: an hour passes in no time. */
export class VirtualClock implements Clock {
  readonly #sleepers = new Set<() => void>()
  #nowMs: number

  constructor(nowMs: number) {
    this.#nowMs = nowMs
  }

  now(): number {
    return this.#nowMs
  }

  /** Lets time pass; who sleeps wakes up and looks at the clock. */
  advance(ms: number): void {
    this.#nowMs += ms
    for (const wake of this.#sleepers) wake()
  }

  /** Sleeps until time passes, however little: a sleeper has other things to look after than the time. */
  sleep(ms: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted || ms <= 0) return Promise.resolve()
    return new Promise((resolve) => {
      const wake = (): void => {
        this.#sleepers.delete(wake)
        signal.removeEventListener('abort', wake)
        resolve()
      }
      this.#sleepers.add(wake)
      signal.addEventListener('abort', wake)
    })
  }
}

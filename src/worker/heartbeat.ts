import { HEARTBEAT_MS } from '../engine/workers/worker-registry.js'

/** While somebody watches, the heartbeat goes so often. */
const WATCHED_MS = 1000

/** A worker's heartbeat: every five seconds, and every second while somebody watches. It goes on until the very end. */
export class Heartbeat {
  #timer: NodeJS.Timeout | undefined
  #beating: Promise<void> | undefined
  #isDue = false
  #stopped = false

  constructor(
    /** Never rejects. */
    private readonly beat: () => Promise<void>,
    private readonly isWatched: () => boolean,
  ) {}

  /** Begins, a full interval from now. */
  start(): void {
    this.#schedule()
  }

  /** Beats now; where a beat is under way, again after it, since it may not tell the latest. */
  now(): void {
    this.#isDue = true
    this.#beating ??= this.#beatWhileDue()
  }

  stop(): void {
    this.#stopped = true
    this.#isDue = false
    clearTimeout(this.#timer)
  }

  async #beatWhileDue(): Promise<void> {
    clearTimeout(this.#timer)
    while (this.#isDue && !this.#stopped) {
      this.#isDue = false
      await this.beat()
    }
    this.#beating = undefined
    this.#schedule()
  }

  #schedule(): void {
    if (this.#stopped) return
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.now(), this.isWatched() ? WATCHED_MS : HEARTBEAT_MS)
  }
}

/** Refusals that are further apart have nothing to do with each other. */
const SAME_TROUBLE_MS = 10_000
const SAME_MOMENT_MS = 500
/** After a refusal: at least that long, and no longer than this in all. */
const REFUSED_MS = 1000
const MOST_MS = 4000
/** Also after a cut alone, with the server there at once, a fleet comes back over more than a second. */
const FIRST_SPREAD_MS = 1400

/**
 * When to connect again. From 0.2 s to 4 s with full jitter, so that a fleet does not come back in one moment, and works
 * again within 5 s; where a server answered that it cannot serve, not before a second is over: it takes connections, so
 * nothing else slows the tries down.
 */
export class Reconnects {
  #refusedAt = Number.NEGATIVE_INFINITY
  #refusals = 0

  /** The server said that it cannot serve now. */
  noteRefusal(now = performance.now()): void {
    const since = now - this.#refusedAt
    if (since > SAME_TROUBLE_MS) this.#refusals = 0
    if (since > SAME_MOMENT_MS) this.#refusals++
    this.#refusedAt = now
  }

  /** How long to wait before the next try, of which `times` have been in vain. */
  delayMs(times: number, now = performance.now()): number {
    if (now - this.#refusedAt < REFUSED_MS) {
      return REFUSED_MS + Math.random() * Math.min(MOST_MS / 2, 500 * 2 ** this.#refusals)
    }
    return 200 + Math.random() * Math.min(MOST_MS - 200, FIRST_SPREAD_MS * 2 ** Math.min(times - 1, 10))
  }
}

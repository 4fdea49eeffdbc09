import { safeText } from '../codec/safe-text.js'

const KEPT = 20

/** Faults of the dashboard itself, each once: while it is on the screen, there is no place to tell of them. */
export class FaultLog {
  readonly #lines = new Set<string>()

  readonly add = (error: unknown): void => {
    const stack = error instanceof Error ? error.stack : undefined
    // The place in the code that it came from tells more than the message.
    const [what = '', where = ''] = (stack ?? String(error)).split('\n')
    if (this.#lines.size < KEPT) this.#lines.add(`${safeText(what, 500)} ${safeText(where.trim(), 300)}`.trim())
  }

  /** Tells of them, a line each. */
  write(stream: NodeJS.WritableStream): void {
    for (const line of this.#lines) stream.write(`taskq dashboard: fault: ${line}\n`)
  }
}

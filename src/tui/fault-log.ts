import { safeText } from '../codec/safe-text.js'

const KEPT = 20

/** Faults, and what was written to the console, each once: while the dashboard is shown there is no place for them. */
export class FaultLog {
  readonly #lines = new Set<string>()

  readonly add = (error: unknown): void => {
    const stack = error instanceof Error ? error.stack : undefined
    // The place in the code that it came from tells more than the message.
    const [what = '', where = ''] = (stack ?? String(error)).split('\n')
    this.#keep(`fault: ${safeText(what, 500)} ${safeText(where.trim(), 300)}`.trim())
  }

  /** Keeps a text that somebody wrote to the console. */
  readonly addText = (text: string): void => this.#keep(safeText(text, 500))

  /** Tells of them, a line each. */
  write(stream: NodeJS.WritableStream): void {
    for (const line of this.#lines) stream.write(`taskq dashboard: ${line}\n`)
  }

  #keep(line: string): void {
    if (this.#lines.size < KEPT) this.#lines.add(line)
  }
}

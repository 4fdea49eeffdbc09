import type { FrameSource } from './frame-source.js'
import type { DashboardState } from './state.js'
import type { Store } from './store.js'

const BEGIN = '\u001b[?2026h\u001b7\u001b[?7l'
const END = '\u001b[?7h\u001b8\u001b[?2026l'

/**
 * Paints frames onto the other screen that Ink has opened, row by row, and of them only those that have changed. Ink's
 * own way would take every cell of every frame apart: at 200 rows that costs five times the processor and the memory.
 * The cursor goes back to where Ink has left it, a line that is too long is cut by the terminal, and a terminal that
 * knows how shows each frame as a whole.
 */
export class Painter {
  #painted: readonly string[] = []
  #columns = 0
  #isResting = true
  #isWaiting = false
  readonly #leave: () => void

  constructor(
    private readonly stdout: NodeJS.WriteStream,
    private readonly store: Store,
    private readonly source: FrameSource,
  ) {
    this.#leave = store.subscribe(() => this.#paint())
  }

  /** Paints the whole screen, whatever is on it, and from now on what changes. */
  start(): void {
    this.#isResting = false
    this.#painted = []
    this.#paint()
  }

  /** Leaves the screen to somebody else. */
  rest(): void {
    this.#isResting = true
  }

  close(): void {
    this.rest()
    this.#leave()
  }

  #paint(): void {
    if (this.#isResting || this.#waits()) return
    const state = this.store.shown()
    const rows = this.#changedRows(state)
    if (rows !== '') this.stdout.write(BEGIN + rows + END)
  }

  /** Over a slow line, frames that nobody could see any more are left out. */
  #waits(): boolean {
    if (this.#isWaiting) return true
    if (!this.stdout.writableNeedDrain) return false
    this.#isWaiting = true
    this.stdout.once('drain', () => {
      this.#isWaiting = false
      this.#paint()
    })
    return true
  }

  #changedRows({ size }: DashboardState): string {
    const lines = this.source.frame(this.store.shown(), size)
    // After the window has changed, the terminal may have moved everything.
    const isAnew = this.#columns !== size.columns || this.#painted.length !== size.rows
    const before = isAnew ? [] : this.#painted
    this.#columns = size.columns
    this.#painted = Array.from({ length: size.rows }, (_, row) => lines[row] ?? '')
    return this.#painted
      .map((line, row) => (line === before[row] ? '' : `\u001b[${row + 1};1H\u001b[2K${line}`))
      .join('')
  }
}

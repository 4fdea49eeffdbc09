import { safeText } from '../codec/safe-text.js'
import { renderFrame } from './frame.js'
import type { DashboardState, Look, Size } from './state.js'
import { createTheme, type Theme } from './theme.js'

/** Draws frames, and tells by which of them nothing changes: each that goes through Ink costs far more than drawing. */
export class FrameSource {
  #lines: readonly string[] = []
  #state: DashboardState | undefined
  #size: Size | undefined
  #look: Look | undefined
  #theme: Theme | undefined

  constructor(private readonly onFault: (error: unknown) => void) {}

  /** The lines of the screen; the same array as long as they are the same. */
  frame(state: DashboardState, size: Size): readonly string[] {
    if (this.#state === state && this.#size === size) return this.#lines
    this.#state = state
    this.#size = size
    const lines = this.#draw(state, size)
    if (!isSame(lines, this.#lines)) this.#lines = lines
    return this.#lines
  }

  /** Where drawing fails, a frame says so. The dashboard goes on: the next state may well be drawn. */
  #draw(state: DashboardState, size: Size): readonly string[] {
    try {
      return renderFrame(state, size, this.#themeOf(state.look))
    } catch (error) {
      this.onFault(error)
      const text = safeText(error instanceof Error ? `${error.name}: ${error.message}` : String(error))
      return [
        'This screen cannot be drawn. That is a fault of taskq; please report it.',
        text.slice(0, size.columns),
        'Another view (1-7) may work. q quits.',
      ]
    }
  }

  #themeOf(look: Look): Theme {
    if (this.#theme === undefined || this.#look !== look) this.#theme = createTheme(look)
    this.#look = look
    return this.#theme
  }
}

function isSame(lines: readonly string[], others: readonly string[]): boolean {
  return lines.length === others.length && lines.every((line, row) => line === others[row])
}

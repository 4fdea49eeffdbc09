import { safeText } from '../codec/safe-text.js'
import { renderFrame } from './frame.js'
import type { DashboardState, Size } from './state.js'
import type { Theme } from './theme.js'

/** Draws a frame; where that fails, one that says so. The dashboard goes on: the next state may well be drawn. */
export function drawSafely(
  state: DashboardState,
  size: Size,
  theme: Theme,
  onFault: (error: unknown) => void,
): readonly string[] {
  try {
    return renderFrame(state, size, theme)
  } catch (error) {
    onFault(error)
    const text = safeText(error instanceof Error ? `${error.name}: ${error.message}` : String(error))
    return [
      'This screen cannot be drawn. That is a fault of taskq; please report it.',
      text.slice(0, size.columns),
      'Another view (1-7) may work. q quits.',
    ]
  }
}

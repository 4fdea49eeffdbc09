import { type Body, bodyOf } from './body.js'
import { wrapText } from './clean-text.js'
import { withDialog } from './dialogs.js'
import { footerLine } from './footer.js'
import { headerLine } from './header.js'
import { isTooSmall, LEAST_SIZE } from './least-size.js'
import { EMPTY_LINE, gap, type Line, lineOf, paintLine, span } from './line.js'
import { bodyRows, type DashboardState, type Size } from './state.js'
import { statusLine } from './status-line.js'
import type { Theme } from './theme.js'
import { tabsLine, titleLine } from './title-lines.js'
import type { DrawContext } from './views/draw-context.js'

/**
 * Draws the whole screen: exactly `rows` lines, none wider than `columns` cells, with no control character but the
 * theme's own colours, whatever the state holds. Only what is on the screen is looked at.
 */
export function renderFrame(state: DashboardState, size: Size, theme: Theme): readonly string[] {
  const lines = isTooSmall(size) ? tooSmall(size) : frameLines(state, size, theme)
  return Array.from({ length: size.rows }, (_, row) => paintLine(lines[row] ?? EMPTY_LINE, size.columns, theme))
}

function frameLines(state: DashboardState, size: Size, theme: Theme): readonly Line[] {
  const { columns } = size
  const height = bodyRows(size)
  const { head, lines } = drawBody(state, columns, height, theme)
  const reason = lostReason(state, columns)
  const isRoom = lines.length + reason.length < height
  const under = isRoom ? reason : []
  const frame = [
    unlessBroken(() => headerLine(state, columns, theme)),
    tabsLine(state, columns),
    unlessBroken(() => titleLine(state, columns, theme)),
    head,
    ...Array.from({ length: height - under.length }, (_, row) => lines[row] ?? EMPTY_LINE),
    ...under,
    unlessBroken(() => statusLine(isRoom ? state : tellReason(state), columns, theme)),
    footerLine(state, columns),
  ]
  return withDialog(frame, state, size, theme)
}

/** Why the broker is lost, in some lines; nothing where it answers, and where the body says it. */
function lostReason({ link, overview }: DashboardState, columns: number): readonly Line[] {
  if (link.kind !== 'lost' || overview === undefined) return []
  const lines = wrapText(link.problem, columns - 2, 4)
  return lines.map((text) => lineOf([gap(1), span(text, 'bad', columns)]))
}

/** Where there is no room under the rows, the line above the keys begins to tell why. */
function tellReason(state: DashboardState): DashboardState {
  const { link, notice } = state
  if (link.kind !== 'lost' || notice !== undefined) return state
  return { ...state, notice: { tone: 'error', text: link.problem, ticks: 1 } }
}

/** The body, or why it cannot be drawn: a broken record must not end the dashboard. */
function drawBody(state: DashboardState, columns: number, height: number, theme: Theme): Body {
  const context: DrawContext = { theme, atMs: state.overview?.at ?? state.nowMs }
  try {
    return bodyOf(state, columns, height, context)
  } catch (error) {
    const text = `! This view cannot be drawn: ${error instanceof Error ? error.message : String(error)}`
    return { head: EMPTY_LINE, lines: [EMPTY_LINE, lineOf([gap(3), span(text, 'bad', columns)])] }
  }
}

/** What a broken record keeps from being told is left out. */
function unlessBroken(draw: () => Line): Line {
  try {
    return draw()
  } catch {
    return EMPTY_LINE
  }
}

function tooSmall({ columns, rows }: Size): readonly Line[] {
  const text = `The dashboard needs ${LEAST_SIZE.columns} × ${LEAST_SIZE.rows} cells; this terminal has ${columns} × ${rows}.`
  return wrapText(text, columns, rows).map((line) => lineOf([span(line, 'plain', columns)]))
}

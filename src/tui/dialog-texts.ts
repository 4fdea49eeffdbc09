import { BOX_EDGES } from './box.js'
import { wrapText } from './clean-text.js'
import { helpLines } from './help-lines.js'
import type { DashboardState, Dialog, Size } from './state.js'

/** A box of text that scrolls. */
export type TextDialog = Extract<Dialog, { kind: 'help' | 'report' }>

/** How wide a dialog's box is. */
export function boxWidth({ columns }: Size, kind: Dialog['kind']): number {
  return Math.min(columns - 4, kind === 'help' ? 90 : 72)
}

/** How many lines a box holds at most. */
export const boxHeight = ({ rows }: Size): number => rows - 6

/** The lines of a box that scrolls, wrapped to its width: what is drawn of them, and how far keys scroll. */
export function dialogTexts(dialog: TextDialog, state: DashboardState): readonly string[] {
  const width = boxWidth(state.size, dialog.kind) - BOX_EDGES
  if (dialog.kind === 'help') return helpLines(state, width)
  return dialog.report.refused.flatMap(({ what, why }) =>
    wrapText(`${what.slice(0, 200)}: ${why.slice(0, 1000)}`, width, MOST_LINES),
  )
}

/** Of one thing that was refused. */
const MOST_LINES = 20

import { safeText } from '../../codec/safe-text.js'

/** A cell: text of any origin, or a number, which stands on the right. */
export type Cell = string | number

/** No column is cut to less, nor to less than its title. */
const LEAST = 8
const GAP = '  '

/**
 * A table for a terminal: aligned columns, two spaces between them, no lines. Cells are made safe here, so
 * that no caller can forget it.
 *
 * @param screen how wide it may be: where it is wider, the widest columns are cut, but no ids of jobs, which are copied
 */
export function presentTable(head: readonly string[], rows: readonly (readonly Cell[])[], screen?: number): string {
  const texts = rows.map((row) => row.map((cell) => safeText(String(cell), 120)))
  const isNumber = (column: number) => rows.length > 0 && rows.every((row) => typeof row[column] === 'number')
  const full = head.map((title, column) => Math.max(title.length, ...texts.map((row) => row[column]?.length ?? 0)))
  const widths = screen === undefined ? full : fitted(full, head, screen)
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => aligned(cell, widths[column] ?? 0, isNumber(column)))
      .join(GAP)
      .trimEnd()
  return [line(head), ...texts.map(line)].join('\n')
}

function aligned(cell: string, width: number, isRight: boolean): string {
  if (cell.length > width) return `${cell.slice(0, width - 1)}…`
  return isRight ? cell.padStart(width) : cell.padEnd(width)
}

/** The widest column gives first, until all fit, or none can give more. */
function fitted(full: readonly number[], head: readonly string[], screen: number): readonly number[] {
  const widths = [...full]
  const gaps = GAP.length * (head.length - 1)
  for (let over = widths.reduce((sum, width) => sum + width, gaps) - screen; over > 0; over--) {
    const giving = widths.map((width, column) => {
      const title = head[column] ?? ''
      return title !== 'job' && width > Math.max(LEAST, title.length) ? width : 0
    })
    const widest = Math.max(...giving)
    if (widest === 0) break
    widths[giving.lastIndexOf(widest)] = widest - 1
  }
  return widths
}

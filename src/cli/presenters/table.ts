import { safeText } from '../../codec/safe-text.js'

/** A cell: text of any origin, or a number, which stands on the right. */
export type Cell = string | number

/**
 * A table for a terminal: aligned columns, two spaces between them, no lines. Cells are made safe here, so
 * that no caller can forget it.
 */
export function presentTable(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const texts = rows.map((row) => row.map((cell) => safeText(String(cell), 120)))
  const widths = head.map((title, column) => Math.max(title.length, ...texts.map((row) => row[column]?.length ?? 0)))
  const line = (cells: readonly string[], isRight: (column: number) => boolean) =>
    cells
      .map((cell, column) => (isRight(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0)))
      .join('  ')
      .trimEnd()
  const isNumber = (column: number) => rows.length > 0 && rows.every((row) => typeof row[column] === 'number')
  return [line(head, isNumber), ...texts.map((row) => line(row, isNumber))].join('\n')
}

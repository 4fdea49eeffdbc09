import { gap, type Line, lineOf, padded, type Span, span } from './line.js'
import type { Theme } from './theme.js'
import type { Tone } from './theme-colors.js'

/** A column of a table. */
export interface Column<Row> {
  /** What `lists[…].sort.column` calls it. */
  readonly id: string
  readonly title: string
  /** Cells that it takes at least; all that it takes, unless it grows. */
  readonly width: number
  /** Its part of the cells that are left over; up to `max` cells. */
  readonly grow?: number
  readonly max?: number
  readonly align?: 'right'
  /** Where columns do not fit, those with the highest rank go first. Rank 0 always stays. */
  readonly rank: number
  readonly cell: (row: Row, width: number) => Cell
}

/** What stands in a cell. */
export type Cell = string | readonly [text: string, tone: Tone] | Span

/** A column with the cells that it takes here. */
export interface PlacedColumn<Row> {
  readonly column: Column<Row>
  readonly width: number
}

/** Marks before each row: cursor, selection, a space. */
export const MARKS_WIDTH = 3
const GAP = 1

/** Chooses the columns that fit into `columns` cells, and how wide each is. */
export function placeColumns<Row>(all: readonly Column<Row>[], columns: number): readonly PlacedColumn<Row>[] {
  let kept = [...all]
  const room = columns - MARKS_WIDTH
  while (kept.length > 1 && neededWidth(kept) > room) {
    const worst = kept.reduce((found, column) => (column.rank >= found.rank ? column : found))
    if (worst.rank === 0) break
    kept = kept.filter((column) => column !== worst)
  }
  return shareOut(kept, room - neededWidth(kept))
}

function neededWidth<Row>(columns: readonly Column<Row>[]): number {
  return columns.reduce((sum, { width }) => sum + width + GAP, -GAP)
}

/** Gives what is left over to those that grow, again where one has enough. */
function shareOut<Row>(columns: readonly Column<Row>[], left: number): readonly PlacedColumn<Row>[] {
  const placed = columns.map((column) => ({ column, width: column.width }))
  let rest = Math.max(0, left)
  for (;;) {
    const hungry = placed.filter(({ column, width }) => (column.grow ?? 0) > 0 && width < (column.max ?? 1000))
    const weights = hungry.reduce((sum, { column }) => sum + (column.grow ?? 0), 0)
    if (rest === 0 || hungry.length === 0) return placed
    const round = rest
    for (const item of hungry) {
      const share = Math.ceil((round * (item.column.grow ?? 0)) / weights)
      const given = Math.min(share, rest, (item.column.max ?? 1000) - item.width)
      item.width += given
      rest -= given
    }
  }
}

/** The heads of columns. The one that is sorted by has a mark: up where what it shows rises from row to row. */
export function headLine<Row>(
  placed: readonly PlacedColumn<Row>[],
  sort: { readonly column: string; readonly rises: boolean } | undefined,
  { glyphs }: Theme,
): Line {
  const heads = placed.map(({ column, width }) => {
    if (sort?.column !== column.id) return padded(column.title, width, 'dim', column.align)
    // Where there is no room for both, the title is cut and not the mark.
    const { text } = span(column.title, 'strong', width - 1)
    return padded(text + (sort.rises ? glyphs.ascending : glyphs.descending), width, 'strong', column.align)
  })
  return lineOf([gap(MARKS_WIDTH), ...spaced(heads)])
}

/** What marks a row. */
export interface RowMarks {
  readonly isCursor: boolean
  readonly isSelected: boolean
}

/** A row. The one under the cursor looks so as a whole, and has a sign, for screens without colour. */
export function rowLine<Row>(placed: readonly PlacedColumn<Row>[], row: Row, marks: RowMarks, { glyphs }: Theme): Line {
  const cursor = span(marks.isCursor ? glyphs.cursor : ' ', 'plain', 1)
  const selected = marks.isSelected ? span(glyphs.selected, 'accent', 1) : gap(1)
  const cells = placed.map(({ column, width }) => cellSpan(cellOf(column, row, width), width, column.align))
  return lineOf([cursor, selected, gap(1), ...spaced(cells)], marks.isCursor ? 'cursor' : undefined)
}

/** A record that is broken, by whatever version wrote it, costs a cell and not the screen. */
function cellOf<Row>({ cell }: Column<Row>, row: Row, width: number): Cell {
  try {
    return cell(row, width)
  } catch {
    return ['?', 'warn']
  }
}

function cellSpan(cell: Cell, width: number, align: 'right' | undefined): Span {
  if (typeof cell === 'string') return padded(cell, width, 'plain', align)
  if ('tone' in cell) return padded(cell.text, width, cell.tone, align)
  return padded(cell[0], width, cell[1], align)
}

function spaced(spans: readonly Span[]): Span[] {
  return spans.flatMap((item, index) => (index === 0 ? [item] : [gap(GAP), item]))
}

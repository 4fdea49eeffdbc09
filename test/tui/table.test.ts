import { describe, expect, test } from 'vitest'
import { overlay } from '../../src/tui/box.ts'
import {
  EMPTY_LINE,
  gap,
  type Line,
  lineOf,
  lineWidth,
  padded,
  paintLine,
  sliceLine,
  span,
} from '../../src/tui/line.ts'
import { sparkline } from '../../src/tui/sparkline.ts'
import { type Column, headLine, MARKS_WIDTH, placeColumns, rowLine } from '../../src/tui/table.ts'
import { ASCII, COLORED, PLAIN } from './terminal.ts'

interface Row {
  readonly name: string
  readonly count: number
}

const column = (id: string, width: number, rank: number, facts: Partial<Column<Row>> = {}): Column<Row> => ({
  ...{ id, title: id, width, rank, cell: ({ name }) => name },
  ...facts,
})

const widths = (columns: readonly Column<Row>[], cells: number) =>
  placeColumns(columns, cells).map(({ column: { id }, width }) => `${id}:${width}`)

const textOf = ({ spans }: Line) => spans.map(({ text }) => text).join('')

describe('columns', () => {
  test('go by rank where there is no room, the last of equals first', () => {
    const columns = [column('name', 10, 0), column('a', 5, 1), column('b', 5, 2), column('c', 5, 2)]
    expect(widths(columns, MARKS_WIDTH + 28)).toEqual(['name:10', 'a:5', 'b:5', 'c:5'])
    expect(widths(columns, MARKS_WIDTH + 27)).toEqual(['name:10', 'a:5', 'b:5'])
    expect(widths(columns, MARKS_WIDTH + 16)).toEqual(['name:10', 'a:5'])
    expect(widths(columns, MARKS_WIDTH + 3)).toEqual(['name:10'])
  })

  test('share what is left by their weights, up to the most that each takes', () => {
    const columns = [column('name', 10, 0, { grow: 3, max: 20 }), column('a', 5, 1, { grow: 1 }), column('b', 5, 2)]
    expect(widths(columns, MARKS_WIDTH + 26)).toEqual(['name:13', 'a:6', 'b:5'])
    expect(widths(columns, MARKS_WIDTH + 102)).toEqual(['name:20', 'a:75', 'b:5'])
  })

  test('a number that is sorted by has a mark in its head', () => {
    const placed = placeColumns([column('name', 6, 0), column('count', 6, 0, { align: 'right' })], 30)
    expect(textOf(headLine(placed, { column: 'count', rises: false }, PLAIN))).toBe('   name   count▼')
    expect(textOf(headLine(placed, { column: 'count', rises: true }, PLAIN))).toBe('   name   count▲')
    expect(textOf(headLine(placed, undefined, ASCII))).toBe('   name    count')
  })

  test('where the head of a column has no room for both, its mark stays', () => {
    const placed = placeColumns([column('name', 6, 0), column('queued', 6, 0, { align: 'right' })], 16)
    expect(textOf(headLine(placed, { column: 'queued', rises: false }, PLAIN))).toBe('   name   queu…▼')
  })
})

describe('rows', () => {
  const row = { name: 'emails', count: 3 }
  const marks = { isCursor: false, isSelected: false }

  test('align, pad and cut their cells', () => {
    const columns = [
      column('name', 4, 0),
      column('count', 5, 0, { align: 'right', cell: ({ count }) => [String(count), 'bad'] }),
    ]
    expect(textOf(rowLine(placeColumns(columns, 13), row, marks, PLAIN))).toBe('   ema…     3')
  })

  test('a cell that cannot be made is a question mark', () => {
    const broken = column('name', 4, 0, {
      cell: () => {
        throw new TypeError('broken record')
      },
    })
    expect(textOf(rowLine(placeColumns([broken], 20), row, marks, PLAIN))).toBe('   ?   ')
  })

  test('the cursor’s row is reversed to the edge', () => {
    const line = rowLine(placeColumns([column('name', 6, 0)], 20), row, { isCursor: true, isSelected: true }, COLORED)
    expect(paintLine(line, 12, COLORED)).toBe('\u001b[7m▶\u001b[36m✓\u001b[39m emails   \u001b[27m')
  })
})

describe('lines', () => {
  test('a wide character that is cut in two becomes a space', () => {
    const line = lineOf([span('a日本b')])
    expect(textOf({ spans: sliceLine(line, 0, 2) })).toBe('a ')
    expect(textOf({ spans: sliceLine(line, 2, 6) })).toBe(' 本b')
    expect(textOf({ spans: sliceLine(line, 2, 4) })).toBe('  ')
  })

  test('slices of every place have the width that was asked for', () => {
    const line = lineOf([span('ab日'), padded('本e\u0301', 4), span('x')])
    const width = lineWidth(line)
    for (let from = 0; from < width; from++)
      for (let to = from + 1; to <= width; to++)
        expect(lineWidth({ spans: sliceLine(line, from, to) }), `${from} to ${to}`).toBe(to - from)
  })

  test('a line that is too long is cut when it is painted', () => {
    expect(paintLine(lineOf([span('plain '), span('text', 'bad')]), 8, COLORED)).toBe('plain \u001b[31mte\u001b[39m')
  })

  test('what lies over others leaves them beside it, dimmed', () => {
    const base = [lineOf([span('0123456789', 'bad')]), EMPTY_LINE]
    const [first, second] = overlay(base, [lineOf([span('box')]), lineOf([span('box')])], 0, 4)
    expect(paintLine(first ?? EMPTY_LINE, 20, COLORED)).toBe('\u001b[2m0123\u001b[22mbox\u001b[2m789\u001b[22m')
    expect(paintLine(second ?? EMPTY_LINE, 20, COLORED)).toBe('    box')
  })

  test('no fewer cells than none', () => {
    expect(gap(-3)).toEqual({ text: '', width: 0, tone: 'plain' })
  })
})

describe('a sparkline', () => {
  test('has a full bar for the highest value, and shows all that is not nothing', () => {
    expect(sparkline([0, 1, 50, 100], 4, PLAIN.glyphs).text).toBe(' ▁▄█')
  })

  test('shows the newest at the right', () => {
    expect(sparkline([9, 9, 1, 2], 2, PLAIN.glyphs).text).toBe('▄█')
    expect(sparkline([4], 3, PLAIN.glyphs).text).toBe('  █')
  })

  test('is empty where nothing happened, or nothing that counts', () => {
    expect(sparkline([0, 0], 2, PLAIN.glyphs).text).toBe('  ')
    expect(sparkline([Number.NaN, -1], 2, PLAIN.glyphs).text).toBe('  ')
  })
})

import { EMPTY_LINE, gap, type Line, lineOf, lineWidth, type Span, sliceLine, span } from './line.js'
import type { Theme } from './theme.js'

/** What a box holds. */
export interface Box {
  readonly title: string
  readonly lines: readonly Line[]
  /** The keys that it takes, in its lower edge. */
  readonly footer: string
}

/** Cells that the edges of a box take beside its text. */
export const BOX_EDGES = 4

/** A box of exactly `width` cells. */
export function boxLines({ title, lines, footer }: Box, width: number, { glyphs }: Theme): readonly Line[] {
  const { topLeft, topRight, bottomLeft, bottomRight, horizontal, vertical } = glyphs.box
  const inner = Math.max(0, width - BOX_EDGES)
  const edge = (left: string, text: string, right: string): Line => {
    const label = text === '' ? [] : [span(` ${text.slice(0, 200)} `, 'strong', inner)]
    const rest = Math.max(0, width - 3 - lineWidth({ spans: label }))
    return lineOf([span(left + horizontal), ...label, span(horizontal.repeat(rest) + right)])
  }
  const body = lines.map((line) => {
    const spans = sliceLine(line, 0, inner)
    const fill = gap(inner - lineWidth({ spans }))
    return lineOf([span(`${vertical} `), ...spans, fill, span(` ${vertical}`)])
  })
  return [edge(topLeft, title, topRight), ...body, edge(bottomLeft, footer, bottomRight)]
}

/** Lays lines over others, from a row and a column on. What is beside them stays, dimmed. */
export function overlay(base: readonly Line[], over: readonly Line[], row: number, column: number): readonly Line[] {
  return base.map((line, index) => {
    const upper = over[index - row]
    return upper === undefined ? dimmed(line) : overlayLine(dimmed(line), upper, column)
  })
}

function overlayLine(base: Line, over: Line, column: number): Line {
  const left = sliceLine(base, 0, column)
  const end = column + lineWidth(over)
  const right = sliceLine(base, end, Number.POSITIVE_INFINITY)
  return lineOf([...left, gap(column - lineWidth({ spans: left })), ...over.spans, ...right])
}

function dimmed({ spans }: Line): Line {
  if (spans.length === 0) return EMPTY_LINE
  return lineOf(spans.map((item): Span => ({ ...item, tone: 'dim' })))
}

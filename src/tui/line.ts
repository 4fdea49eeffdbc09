import { asciiText, clip, takeCells } from './clean-text.js'
import type { Theme } from './theme.js'
import type { Tone } from './theme-colors.js'

/** A stretch of a line in one tone. Only {@link span} and its like make them: their text is safe and measured. */
export interface Span {
  readonly text: string
  readonly width: number
  readonly tone: Tone
}

/** A line of the screen. */
export interface Line {
  readonly spans: readonly Span[]
  /** Of the whole line, under the tones of its spans. */
  readonly tone?: Tone
}

/** No spans. */
export const EMPTY_LINE: Line = Object.freeze({ spans: Object.freeze([]) })

/** A text from anywhere, made safe, at most `maxWidth` cells wide. */
export function span(text: string, tone: Tone = 'plain', maxWidth = 400): Span {
  return { ...clip(text, maxWidth), tone }
}

/** A text from anywhere in exactly `width` cells. */
export function padded(text: string, width: number, tone: Tone = 'plain', align: 'left' | 'right' = 'left'): Span {
  const clipped = clip(text, width)
  const space = ' '.repeat(Math.max(0, width - clipped.width))
  return { text: align === 'right' ? space + clipped.text : clipped.text + space, width, tone }
}

/** Empty cells. */
export function gap(width: number): Span {
  const cells = Math.max(0, width)
  return { text: ' '.repeat(cells), width: cells, tone: 'plain' }
}

/** A line of these. */
export function lineOf(spans: readonly Span[], tone?: Tone): Line {
  return tone === undefined ? { spans } : { spans, tone }
}

/** The cells that a line takes. */
export function lineWidth({ spans }: Line): number {
  return spans.reduce((sum, { width }) => sum + width, 0)
}

/** The cells from `from` to before `to` of a line. Where that cuts a wide character in two, it becomes a space. */
export function sliceLine({ spans }: Line, from: number, to: number): Span[] {
  const slices: Span[] = []
  let at = 0
  for (const item of spans) {
    if (at < to && at + item.width > from) slices.push(sliceSpan(item, Math.max(0, from - at), to - at))
    at += item.width
  }
  return slices
}

function sliceSpan(item: Span, from: number, to: number): Span {
  if (from === 0 && to >= item.width) return item
  const width = Math.min(to, item.width) - from
  const left = takeCells(item.text, from)
  const rest = item.text.slice(left.text.length)
  // A wide character lies across the cut: its second cell is all that is left of it.
  const [cut = ''] = left.width < from ? rest : ''
  const space = ' '.repeat(Math.min(width, from - left.width))
  const taken = takeCells(rest.slice(cut.length), width - space.length)
  return { text: space + taken.text + ' '.repeat(width - space.length - taken.width), width, tone: item.tone }
}

/** A line as text for the terminal, exactly `columns` cells wide where it has a tone, else at most. */
export function paintLine(line: Line, columns: number, theme: Theme): string {
  const spans = lineWidth(line) > columns ? sliceLine(line, 0, columns) : line.spans
  const text = spans.map((item) => paint(item.text, item.tone, theme)).join('')
  if (line.tone === undefined) return text
  const fill = ' '.repeat(Math.max(0, columns - lineWidth(line)))
  return wrapTone(text + fill, line.tone, theme)
}

function paint(text: string, tone: Tone, theme: Theme): string {
  const written = theme.ascii ? asciiText(text) : text
  return tone === 'plain' ? written : wrapTone(written, tone, theme)
}

function wrapTone(text: string, tone: Tone, { codes }: Theme): string {
  const { open, close } = codes[tone]
  return text === '' ? '' : open + text + close
}

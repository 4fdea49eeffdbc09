import { type Span, span } from './line.js'
import type { Glyphs } from './theme-glyphs.js'

/** The last `width` values as bars, the newest at the right; the highest value has the full bar. */
export function sparkline(values: readonly number[], width: number, { bars }: Pick<Glyphs, 'bars'>): Span {
  const shown = values.slice(-width).map((value) => (Number.isFinite(value) ? Math.max(0, value) : 0))
  const highest = Math.max(...shown, 0)
  const text = shown.map((value) => bars[levelOf(value, highest, bars.length - 1)] ?? ' ').join('')
  return span(text.padStart(width), 'accent', width)
}

/** What is not nothing is seen. */
function levelOf(value: number, highest: number, levels: number): number {
  return value === 0 || highest === 0 ? 0 : Math.max(1, Math.round((value / highest) * levels))
}

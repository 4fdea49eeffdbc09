import { footerKeys } from './footer-keys.js'
import { gap, type Line, lineOf, lineWidth, type Span, span } from './line.js'
import type { DashboardState } from './state.js'

/** The keys that can be pressed here: as many as fit, and always the last two, which lead on and out. */
export function footerLine(state: DashboardState, columns: number): Line {
  const keys = footerKeys(state).map(({ key, title, dangerous }) => [
    span(key, dangerous ? 'warn' : 'key', 12),
    gap(1),
    span(title, 'dim', 24),
  ])
  const always = keys.slice(-2)
  const spans: Span[] = []
  let room = columns - widthOfAll(always)
  for (const key of keys.slice(0, -2)) {
    room -= widthOfAll([key])
    if (room < 0) break
    spans.push(...key, gap(2))
  }
  return lineOf([...spans, ...always.flatMap((key, index) => (index === 0 ? key : [gap(2), ...key]))])
}

const widthOfAll = (keys: readonly (readonly Span[])[]): number =>
  keys.reduce((sum, spans) => sum + lineWidth({ spans }) + 2, 0)

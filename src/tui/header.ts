import type { Overview } from '../control/dashboard.js'
import { formatAge, formatClock, formatCount, formatPing, formatSpeed, formatUntil } from './amounts.js'
import { gap, type Line, lineOf, lineWidth, type Span, span } from './line.js'
import type { DashboardState } from './state.js'
import type { Theme } from './theme.js'

/** A part of the header. Where there is no room for all, those with the highest rank go first. */
interface Part {
  readonly rank: number
  readonly spans: readonly Span[]
}

/** The first line: the broker, what flows, who lives, the time; or that the broker is lost. */
export function headerLine(state: DashboardState, columns: number, theme: Theme): Line {
  if (state.link.kind === 'lost') return lostLine(state.link, state.nowMs, columns)
  const { overview } = state
  const first = part(0, span('taskq', 'header'))
  const facts = overview === undefined ? [part(0, span('connecting…', 'warn'))] : overviewParts(overview)
  const marks = [...markParts(state, theme), part(3, span(formatClock(state.nowMs), 'dim'))]
  return joinParts([first, ...facts], marks, columns)
}

/** The first line of a snapshot. */
export function snapshotHeader(overview: Overview, columns: number): Line {
  const clock = part(3, span(formatClock(overview.at), 'dim'))
  return joinParts([part(0, span('taskq', 'header')), ...overviewParts(overview)], [clock], columns)
}

type Lost = Extract<DashboardState['link'], { kind: 'lost' }>

function lostLine({ sinceMs, retryAtMs, problem }: Lost, nowMs: number, columns: number): Line {
  const next = `next try ${formatUntil(retryAtMs - nowMs)}`
  const text = ` ! broker lost for ${formatAge(nowMs - sinceMs)}, ${next}; all below is older: ${problem.slice(0, 400)}`
  return lineOf([span(text, 'plain', columns)], 'banner')
}

function overviewParts({ broker, rates, workers, beat }: Overview): readonly Part[] {
  const alive = workers.length === 1 ? '1 worker' : `${formatCount(workers.length)} workers`
  return [
    part(1, span(broker.label, 'accent', 32)),
    part(7, span(`${broker.server.slice(0, 20)} ${broker.version.slice(0, 20)}`, 'dim', 24)),
    part(5, span(formatPing(broker.pingMs), 'dim')),
    part(1, span(`in ${formatSpeed(rates.in)}`), gap(1), span(`out ${formatSpeed(rates.out)}/s`)),
    part(2, span(`failed ${formatSpeed(rates.failed)}/s`, rates.failed > 0 ? 'bad' : 'plain')),
    part(6, span(`retried ${formatSpeed(rates.retried)}/s`, rates.retried > 0 ? 'retrying' : 'plain')),
    part(0, span(alive, workers.length === 0 ? 'bad' : 'plain')),
    part(4, span(beat === undefined ? 'no beat' : `beat ${beat.host.slice(0, 40)}`, 'dim', 20)),
  ]
}

function markParts({ frozen, readOnly }: DashboardState, { glyphs }: Theme): readonly Part[] {
  return [
    ...(frozen ? [part(0, span(`${glyphs.frozen} FROZEN`, 'warn'))] : []),
    ...(readOnly ? [part(0, span('READ ONLY', 'warn'))] : []),
  ]
}

const part = (rank: number, ...spans: readonly Span[]): Part => ({ rank, spans })

const SEPARATOR_WIDTH = 2

function joinParts(left: readonly Part[], right: readonly Part[], columns: number): Line {
  let kept = [...left, ...right]
  while (kept.length > 1 && widthOfParts(kept) > columns) {
    const worst = kept.reduce((found, item) => (item.rank >= found.rank ? item : found))
    kept = kept.filter((item) => item !== worst)
  }
  const starts = separate(kept.filter((item) => left.includes(item)))
  const ends = separate(kept.filter((item) => right.includes(item)))
  const room = columns - lineWidth(lineOf(starts)) - lineWidth(lineOf(ends))
  return lineOf([...starts, gap(room), ...ends])
}

function widthOfParts(parts: readonly Part[]): number {
  return parts.reduce((sum, { spans }) => sum + SEPARATOR_WIDTH + lineWidth({ spans }), -SEPARATOR_WIDTH)
}

function separate(parts: readonly Part[]): Span[] {
  return parts.flatMap(({ spans }, index) => (index === 0 ? spans : [gap(SEPARATOR_WIDTH), ...spans]))
}

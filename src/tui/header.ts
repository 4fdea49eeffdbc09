import type { Overview } from '../control/dashboard.js'
import { silentMs } from '../control/heartbeat-age.js'
import type { WorkerFacts } from '../engine/workers/worker-facts.js'
import { formatAge, formatClock, formatCount, formatPing, formatSpeed, formatUntil } from './amounts.js'
import { gap, type Line, lineOf, lineWidth, type Span, span } from './line.js'
import type { DashboardState } from './state.js'
import type { Theme } from './theme.js'

/** A part of the header. Where there is no room for all, those with the highest rank go first. */
interface Part {
  readonly rank: number
  readonly spans: readonly Span[]
  /** The same in so many cells, where it can be cut. */
  readonly cut?: (width: number) => Span
  /** Stands at the right. */
  readonly atEnd?: true
}

/** The first line: the broker, what flows, who lives, the time; or that the broker is lost. */
export function headerLine(state: DashboardState, columns: number, theme: Theme): Line {
  if (state.link.kind === 'lost') return lostLine(state, state.link, columns)
  const { overview } = state
  const first = part(0, span('taskq', 'header'))
  const facts = overview === undefined ? [part(0, span('connecting…', 'warn'))] : overviewParts(overview)
  return joinParts([first, ...facts, ...markParts(state, theme), clockPart(state)], columns)
}

/** A look that is older than this says of when it is. */
const OLD_MS = 5000

/** The time; or of when the screen is, where it is older. On a frozen screen the time stands still with it. */
function clockPart({ nowMs, readAtMs }: DashboardState): Part {
  const isOld = readAtMs !== undefined && nowMs - readAtMs > OLD_MS
  if (isOld) return { ...part(0, span(`as of ${formatClock(readAtMs)}`, 'warn')), atEnd: true }
  return { ...part(4, span(formatClock(nowMs), 'dim')), atEnd: true }
}

/** The first line of a snapshot. */
export function snapshotHeader(overview: Overview, columns: number): Line {
  const clock: Part = { ...part(4, span(formatClock(overview.at), 'dim')), atEnd: true }
  return joinParts([part(0, span('taskq', 'header')), ...overviewParts(overview), clock], columns)
}

type Lost = Extract<DashboardState['link'], { kind: 'lost' }>

/** Why it is lost stands elsewhere: it may be long. */
function lostLine({ nowMs, overview }: DashboardState, { sinceMs, retryAtMs }: Lost, columns: number): Line {
  const next = `next try ${formatUntil(retryAtMs - nowMs)}`
  const text =
    overview === undefined
      ? ` ! the broker has not answered yet, ${next}`
      : ` ! broker lost for ${formatAge(nowMs - sinceMs)}, ${next}; all below is older`
  return lineOf([span(text, 'plain', columns)], 'banner')
}

/** The rank from which parts are left out before anything is cut. */
const SPARE = 3
/** What can be cut is so wide at least. */
const LEAST_CUT = 12

function overviewParts({ at, broker, rates, workers, beat }: Overview): readonly Part[] {
  return [
    labelPart(broker.label),
    part(7, span(`${broker.server.slice(0, 20)} ${broker.version.slice(0, 20)}`, 'dim', 24)),
    part(2, span(formatPing(broker.pingMs), 'dim')),
    part(1, span(`in ${formatSpeed(rates.in)}`), gap(1), span(`out ${formatSpeed(rates.out)}/s`)),
    part(1, span(`failed ${formatSpeed(rates.failed)}/s`, rates.failed > 0 ? 'bad' : 'plain')),
    part(6, span(`retried ${formatSpeed(rates.retried)}/s`, rates.retried > 0 ? 'retrying' : 'plain')),
    part(0, ...workerSpans(workers, at)),
    part(5, span(beat === undefined ? 'no beat' : `beat ${beat.host.slice(0, 40)}`, 'dim', 20)),
  ]
}

function labelPart(label: string): Part {
  const cut = (width: number): Span => span(label, 'accent', width)
  return { ...part(1, cut(32)), cut }
}

/** How many are heard of, and how many are silent: nobody knows that those are down. */
function workerSpans(workers: readonly WorkerFacts[], at: number): readonly Span[] {
  const silent = workers.filter((worker) => silentMs(worker, at) !== undefined).length
  const heard = workers.length - silent
  const text = heard === 1 ? '1 worker' : `${formatCount(heard)} workers`
  const spans = [span(text, workers.length === 0 ? 'bad' : 'plain')]
  return silent === 0 ? spans : [...spans, span(`, ${formatCount(silent)} silent`, 'warn')]
}

function markParts({ frozen, readOnly }: DashboardState, { glyphs }: Theme): readonly Part[] {
  return [
    ...(frozen ? [part(0, span(`${glyphs.frozen} FROZEN`, 'warn'))] : []),
    ...(readOnly ? [part(0, span('READ ONLY', 'warn'))] : []),
  ].map((item) => ({ ...item, atEnd: true }) as const)
}

const part = (rank: number, ...spans: readonly Span[]): Part => ({ rank, spans })

const SEPARATOR_WIDTH = 2

function joinParts(parts: readonly Part[], columns: number): Line {
  const kept = leaveOut(shorten(leaveOut(parts, columns, SPARE), columns), columns, 0)
  const starts = separate(kept.filter(({ atEnd }) => !atEnd))
  const ends = separate(kept.filter(({ atEnd }) => atEnd))
  const room = columns - lineWidth(lineOf(starts)) - lineWidth(lineOf(ends))
  return lineOf([...starts, gap(room), ...ends])
}

/** Leaves parts out until the others fit: those of the highest rank first, none below `least`. */
function leaveOut(parts: readonly Part[], columns: number, least: number): readonly Part[] {
  let kept = parts
  while (kept.length > 1 && widthOfParts(kept) > columns) {
    const worst = kept.reduce((found, item) => (item.rank >= found.rank ? item : found))
    if (worst.rank < least) break
    kept = kept.filter((item) => item !== worst)
  }
  return kept
}

/** Cuts what can be cut where not all fits. */
function shorten(parts: readonly Part[], columns: number): readonly Part[] {
  const tooMuch = widthOfParts(parts) - columns
  if (tooMuch <= 0) return parts
  return parts.map((item) => {
    const { cut } = item
    if (cut === undefined) return item
    return { ...item, spans: [cut(Math.max(LEAST_CUT, lineWidth(item) - tooMuch))] }
  })
}

function widthOfParts(parts: readonly Part[]): number {
  return parts.reduce((sum, { spans }) => sum + SEPARATOR_WIDTH + lineWidth({ spans }), -SEPARATOR_WIDTH)
}

function separate(parts: readonly Part[]): Span[] {
  return parts.flatMap(({ spans }, index) => (index === 0 ? spans : [gap(SEPARATOR_WIDTH), ...spans]))
}

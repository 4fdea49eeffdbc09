/** The clocks of all zones once more, slowly: read off `Intl`'s dates and times, and searched by walking. */

export const MINUTE_MS = 60_000
export const DAY_MS = 86_400_000
/** No zone keeps a time for less than six days. */
const STRIDE_MS = 3 * DAY_MS

/** A span in which a zone's offset stays the same; the end is not in it. */
export interface Span {
  readonly startMs: number
  readonly endMs: number
  readonly offsetMs: number
}

const formatters = new Map<string, Intl.DateTimeFormat>()

/** What the clock shows, as milliseconds as though in UTC: from the fields of the date, not from an offset. */
export function wallClock(tz: string, instantMs: number): number {
  let formatter = formatters.get(tz)
  if (formatter === undefined) {
    formatter = new Intl.DateTimeFormat('en-US', {
      timeZone: tz,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
    formatters.set(tz, formatter)
  }
  const [month = 0, day = 0, year = 0, hour, minute, second] = formatter.format(instantMs).split(/\D+/).map(Number)
  return Date.UTC(year, month - 1, day, hour, minute, second)
}

/** All spans of a zone between two whole seconds. */
export function spansOf(tz: string, fromMs: number, toMs: number): Span[] {
  const spans: Span[] = []
  let span = { startMs: fromMs, offsetMs: offsetAt(tz, fromMs) }
  for (let at = fromMs; at < toMs; at += STRIDE_MS) {
    const next = Math.min(at + STRIDE_MS, toMs)
    const offsetMs = offsetAt(tz, next)
    if (offsetMs === span.offsetMs) continue
    const changeMs = firstSecondOf(offsetMs, tz, at, next)
    spans.push({ ...span, endMs: changeMs })
    span = { startMs: changeMs, offsetMs }
  }
  return [...spans, { ...span, endMs: toMs }]
}

const offsetAt = (tz: string, ms: number): number => wallClock(tz, ms) - ms

function firstSecondOf(offsetMs: number, tz: string, fromMs: number, toMs: number): number {
  let low = fromMs / 1000
  let high = toMs / 1000
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (offsetAt(tz, middle * 1000) === offsetMs) high = middle
    else low = middle
  }
  return high * 1000
}

/** The first instant at which the clock shows a time or has gone past it. */
export function firstAtOrPast(spans: readonly Span[], wallMs: number): number {
  const span = spans.find(({ endMs, offsetMs }) => wallMs < endMs + offsetMs)
  return span === undefined ? Number.NaN : Math.max(span.startMs, wallMs - span.offsetMs)
}

/** Tells whether a zone has a date at all. */
export function dateExists(spans: readonly Span[], dateMs: number): boolean {
  return firstAtOrPast(spans, dateMs) < firstAtOrPast(spans, dateMs + DAY_MS)
}

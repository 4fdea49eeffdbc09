const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1000],
] as const

/** How far an instant is from now: `in 3 h 5 min`, `2 d 4 h ago`, `now`. */
export function tellDistance(instantMs: number, nowMs: number): string {
  const length = tellLength(Math.abs(instantMs - nowMs))
  if (length === '') return 'now'
  return instantMs > nowMs ? `in ${length}` : `${length} ago`
}

/** The two largest units of a length of time, as people say it; nothing for less than a second. */
function tellLength(ms: number): string {
  const largest = UNITS.findIndex(([, unitMs]) => ms >= unitMs)
  if (largest < 0) return ''
  let restMs = ms
  const parts = UNITS.slice(largest, largest + 2).map(([unit, unitMs]) => {
    const count = Math.floor(restMs / unitMs)
    restMs -= count * unitMs
    return count === 0 ? '' : `${count} ${unit}`
  })
  return parts.filter((part) => part !== '').join(' ')
}

/** `2026-11-22 03:00:00 UTC`, and `unknown` for a date that is none. */
export const tellUtc = (date: Date): string => (Number.isNaN(date.getTime()) ? 'unknown' : `${tellClock(date)} UTC`)

/** The same for a column of them, without the zone. */
export const tellClock = (date: Date): string => date.toISOString().slice(0, 19).replace('T', ' ')

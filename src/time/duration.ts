/**
 * A length of time: a number of milliseconds, or a number with a unit.
 *
 * @example '500ms' | '30s' | '5m' | '2h' | '7d' | 1500
 */
export type Duration = number | `${number}${DurationUnit}`

type DurationUnit = 'ms' | 's' | 'm' | 'h' | 'd'

const UNIT_MS: Record<DurationUnit, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }
const PATTERN = /^(\d{1,15}(?:\.\d{1,6})?) ?(ms|s|m|h|d)$/

/** What a duration looks like, for messages. */
export const DURATION_FORM = "a duration such as '500ms', '30s', '5m', '2h', '7d', or a number of milliseconds"

/** Parses a {@link Duration} to whole milliseconds; `undefined` when it is none (negative, NaN, other text). */
export function parseDuration(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) && value >= 0 ? Math.round(value) : undefined
  if (typeof value !== 'string') return undefined
  const match = PATTERN.exec(value)
  if (match === null) return undefined
  return Math.round(Number(match[1]) * UNIT_MS[match[2] as DurationUnit])
}

/** Writes milliseconds as the largest unit that reads well: `250ms`, `1.5s`, `5m`, `24h`. */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)}ms`
  if (ms < 120_000) return `${trim(ms / 1000)}s`
  if (ms < 7_200_000) return `${trim(ms / 60_000)}m`
  if (ms < 172_800_000) return `${trim(ms / 3_600_000)}h`
  return `${trim(ms / 86_400_000)}d`
}

const trim = (value: number): string => String(Math.round(value * 10) / 10)

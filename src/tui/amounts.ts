/** What stands where there is no number. */
export const NONE = '–'

const LARGE = [
  ['G', 1e9],
  ['M', 1e6],
  ['k', 1e3],
] as const

/** A count in at most five cells: `950`, `1.2k`, `34k`, `3.4M`. */
export function formatCount(count: number | undefined): string {
  if (count === undefined || !Number.isFinite(count)) return NONE
  if (count > 999e9) return '>999G'
  for (const [unit, size] of LARGE) {
    if (count >= size) return `${round(count / size)}${unit}`
    if (count >= size * 0.9995 && size > 1e3) return `1${unit}`
  }
  return String(Math.round(count))
}

/** A count to the last digit: `2,601`. */
export function formatWhole(count: number): string {
  return count.toLocaleString('en-US')
}

/** A rate: `0`, `0.4`, `12`, `1.2k`. */
export function formatSpeed(rate: number | undefined): string {
  if (rate === undefined || !Number.isFinite(rate)) return NONE
  if (rate > 0 && rate < 0.05) return '<0.1'
  return rate < 10 ? round(rate) : formatCount(rate)
}

/** A share of 100: `0%`, `0.4%`, `12%`. */
export function formatPercent(percent: number | undefined): string {
  if (percent === undefined || !Number.isFinite(percent)) return NONE
  if (percent > 0 && percent < 0.1) return '<0.1%'
  return `${round(percent)}%`
}

/** How long a run takes: `8ms`, `1.2s`, `3.4m`, `2h`. */
export function formatRun(ms: number | undefined): string {
  if (ms === undefined || !Number.isFinite(ms)) return NONE
  if (ms < 999.5) return `${Math.round(Math.max(0, ms))}ms`
  if (ms < 59_950) return `${round(ms / 1000)}s`
  if (ms < 3_597_000) return `${round(ms / 60_000)}m`
  return formatAge(ms)
}

/** How long the broker takes to answer: `0.4ms`, `12ms`. */
export function formatPing(ms: number | undefined): string {
  return ms !== undefined && ms < 10 ? `${round(ms)}ms` : formatRun(ms)
}

/** How long something goes on: `3s`, `4m`, `2h`, `12d`. Rounded down, as ages are. */
export function formatAge(ms: number | undefined): string {
  if (ms === undefined || !Number.isFinite(ms)) return NONE
  const seconds = Math.max(0, Math.floor(ms / 1000))
  if (seconds < 100) return `${seconds}s`
  if (seconds < 6000) return `${Math.floor(seconds / 60)}m`
  if (seconds < 172_800) return `${Math.floor(seconds / 3600)}h`
  const days = Math.floor(seconds / 86_400)
  return days < 10_000 ? `${days}d` : '>27y'
}

/** How long until something: `now`, `in 12s`. */
export function formatUntil(ms: number | undefined): string {
  if (ms === undefined || !Number.isFinite(ms)) return NONE
  return ms <= 0 ? 'now' : `in ${formatAge(ms + 999)}`
}

/** Memory: `85M`, `1.2G`. */
export function formatBytes(bytes: number | undefined): string {
  if (bytes === undefined || !Number.isFinite(bytes)) return NONE
  const megabytes = bytes / 1_048_576
  return megabytes < 999.5 ? `${Math.round(megabytes)}M` : `${round(megabytes / 1024)}G`
}

/** The time of day in this machine's zone: `14:03:09`. */
export function formatClock(ms: number | undefined): string {
  if (ms === undefined || !Number.isFinite(ms) || Math.abs(ms) > 8.64e15) return '--:--:--'
  const date = new Date(ms)
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => String(part).padStart(2, '0')).join(':')
}

/** A day and its time in this machine's zone: `2026-11-20 14:03:09`. */
export function formatTime(ms: number | undefined): string {
  if (ms === undefined || !Number.isFinite(ms) || Math.abs(ms) > 8.64e15) return NONE
  const date = new Date(ms)
  const day = [date.getFullYear(), date.getMonth() + 1, date.getDate()].map((part) => String(part).padStart(2, '0'))
  return `${day.join('-')} ${formatClock(ms)}`
}

/** One digit after the point below 10, none above. */
const round = (value: number): string =>
  value < 9.95 ? String(Math.round(value * 10) / 10) : String(Math.round(value))

import type { Alert } from './alerts.js'

/** More of them than that are not kept: whoever writes to the broker must not fill this process. */
const MOST = 1000

export const encodeAlerts = (alerts: readonly Alert[]): string => JSON.stringify(alerts.slice(0, MOST))

/** Reads what was kept. What cannot be read is nothing: at worst an alert is told once more. */
export function decodeAlerts(text: string): readonly Alert[] {
  try {
    const kept: unknown = JSON.parse(text || '[]')
    return Array.isArray(kept) ? kept.slice(0, MOST).filter(isAlert) : []
  } catch {
    return []
  }
}

function isAlert(value: unknown): value is Alert {
  if (typeof value !== 'object' || value === null) return false
  const { kind, subject, since, value: last, threshold, toldAt, goneSince } = value as Record<string, unknown>
  return (
    (kind === 'queue-age' || kind === 'failure-rate') &&
    typeof subject === 'string' &&
    isTime(since) &&
    [last, threshold].every(Number.isFinite) &&
    [toldAt, goneSince].every((at) => at === undefined || isTime(at))
  )
}

/** Of a later one, no date can be made. */
const LATEST_MS = 8.64e15

const isTime = (value: unknown): boolean => typeof value === 'number' && value >= 0 && value <= LATEST_MS

import type { RateWindow } from '../time/rate.js'

const UNITS = [
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
] as const

/** Writes a rate as it was most likely given: in the shortest unit that makes a whole number of it. */
export function formatRate({ max, durationMs }: RateWindow): string {
  const rates = UNITS.map(([unit, ms]) => ({ unit, count: (max / durationMs) * ms }))
  const whole = rates.find(({ count }) => count >= 1 && Math.abs(count - Math.round(count)) <= count * 0.005)
  if (whole !== undefined) return `${Math.round(whole.count)}/${whole.unit}`
  const { unit, count } = rates.find(({ count }) => count >= 1) ?? { unit: 'h', count: (max / durationMs) * 3_600_000 }
  return `${Math.round(count * 10) / 10}/${unit}`
}

import { formatRate, type RateWindow } from '../../time/rate.js'
import type { KeyedLimit } from './lane-limits.js'

/** Limits as they hold. */
interface HeldLimits {
  readonly window?: RateWindow
  readonly maxConcurrency?: number
  readonly keyed?: readonly KeyedLimit[]
}

/** Writes limits for people: `100/s`, `3 at once per key`, `100/s, 3 at once`. */
export function formatLimits({ window, maxConcurrency, keyed = [] }: HeldLimits): string {
  const perKey = (limit: KeyedLimit) => (keyed.includes(limit) ? ' per key' : '')
  return [
    ...(window === undefined ? [] : [formatRate(window) + perKey('rate')]),
    ...(maxConcurrency === undefined ? [] : [`${maxConcurrency} at once${perKey('concurrency')}`]),
  ].join(', ')
}

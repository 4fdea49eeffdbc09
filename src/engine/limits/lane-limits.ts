import type { ResolvedLimitOptions } from '../../task/options/limit-options.js'
import type { RateWindow } from '../../time/rate.js'

/** What a limit may be divided by: each key has it for itself. */
export type KeyedLimit = 'rate' | 'concurrency'

/** The limits that a task's own lane holds, over all workers. */
export interface LaneLimits {
  readonly rate?: RateWindow
  readonly maxConcurrency?: number
  /** Which of them hold for each key by itself. */
  readonly keyed?: readonly KeyedLimit[]
}

/** The limits that a task's code gives its lane. */
export function laneLimitsOf(task: ResolvedLimitOptions): LaneLimits {
  const { rateLimit, rateKey, maxConcurrency, concurrencyKey } = task
  const keyed: KeyedLimit[] = [
    ...(rateKey === undefined ? [] : (['rate'] as const)),
    ...(concurrencyKey === undefined ? [] : (['concurrency'] as const)),
  ]
  return {
    ...(rateLimit !== undefined && { rate: rateLimit }),
    ...(maxConcurrency !== undefined && { maxConcurrency }),
    ...(keyed.length > 0 && { keyed }),
  }
}

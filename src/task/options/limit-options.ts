import type { Rate, RateWindow } from '../../time/rate.js'
import type { OptionReader } from './option-reader.js'

/**
 * Names the group of a job by its arguments: `(order) => order.tenant`. Written as a method, so that a task may say the
 * types of its own arguments.
 */
export type KeyOfArgs = { of(...args: never[]): string | number }['of']

/** How much of a task may run, over **all** workers together. */
export interface LimitOptions {
  /**
   * How often jobs of this task may start, over **all** workers together (Celery's limit is per worker
   * instance). Jobs over the rate wait in the broker and hold no slot. Default: no limit.
   */
  readonly rateLimit?: Rate
  /**
   * Makes `rateLimit` hold for each key by itself, a tenant for example: `rateKey: (order) => order.tenant`. Keys take
   * turns: one with a long row of jobs does not delay another's. Default: the limit holds for the task.
   */
  readonly rateKey?: KeyOfArgs
  /** How many jobs of this task may run at once, over **all** workers together. Default: no limit. */
  readonly maxConcurrency?: number
  /** Makes `maxConcurrency` hold for each key by itself. Default: it holds for the task. */
  readonly concurrencyKey?: KeyOfArgs
}

/** {@link LimitOptions}, checked. */
export interface ResolvedLimitOptions {
  readonly rateLimit: RateWindow | undefined
  readonly rateKey: KeyOfArgs | undefined
  readonly maxConcurrency: number | undefined
  readonly concurrencyKey: KeyOfArgs | undefined
}

export const LIMIT_KEYS = [
  'rateLimit',
  'rateKey',
  'maxConcurrency',
  'concurrencyKey',
] as const satisfies readonly (keyof LimitOptions)[]

export const MAX_CONCURRENCY = 100_000

export function readLimitOptions(reader: OptionReader): ResolvedLimitOptions {
  const keyOf = (key: string, of: string): KeyOfArgs | undefined => {
    const form = "a function of the task's arguments that returns a text or a number"
    const given = reader.read(key, form, (value): value is KeyOfArgs => typeof value === 'function')
    if (given !== undefined && reader.value(of) === undefined) reader.refuse(key, `${of} beside it, which it divides`)
    return given
  }
  return {
    rateLimit: reader.rate('rateLimit'),
    rateKey: keyOf('rateKey', 'rateLimit'),
    maxConcurrency: reader.wholeNumber('maxConcurrency', 1, MAX_CONCURRENCY),
    concurrencyKey: keyOf('concurrencyKey', 'maxConcurrency'),
  }
}

/** Whether a task's jobs need a lane of their own. */
export const isLimited = ({ rateLimit, maxConcurrency }: Partial<ResolvedLimitOptions>): boolean =>
  rateLimit !== undefined || maxConcurrency !== undefined

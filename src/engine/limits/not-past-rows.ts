import { freeStarts } from './free-starts.js'

/** Where a script of the engine has what matters here. */
interface Places {
  /** How many keys it has: one more comes behind them, that of the jobs in rows. */
  readonly keys: number
  readonly meta: number
  /** The argument that asks for the lane's next job, too. */
  readonly fetchNext: number
}

/**
 * Keeps a script that ends a run from handing out the lane's next job past the turnstile, where there is one by now. Of a
 * job that has had its turn the start does not count.
 */
export const notPastRows = (script: string, { keys, meta, fetchNext }: Places): string => `
if ARGV[${fetchNext}] == '1' and (redis.call('HEXISTS', KEYS[${meta}], 'rateKeyed') == 1
  or redis.call('HEXISTS', KEYS[${meta}], 'concurrencyKeyed') == 1
  or redis.call('EXISTS', KEYS[${keys + 1}]) == 1) then
  ARGV[${fetchNext}] = '0'
end
${freeStarts(script)}`

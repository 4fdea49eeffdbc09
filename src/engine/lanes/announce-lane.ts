import type { ChainableCommander } from 'ioredis'
import type { Keys } from '../keys.js'
import { HOLD_LIMITS } from '../limits/hold-limits-script.js'
import type { LaneLimits } from '../limits/lane-limits.js'
import { parseLane } from './lane.js'

/** Events kept per lane. The engine's own 10,000 cost a small broker more memory than the jobs. */
export const MAX_EVENTS = 2000

/** Notes a lane where workers look for lanes. A lane of a queue that is paused is paused from its birth. */
const ANNOUNCE = `
local lanes, meta, queueMeta = KEYS[1], KEYS[2], KEYS[3]
if redis.call('SADD', lanes, ARGV[1]) == 1 and redis.call('HEXISTS', queueMeta, 'paused') == 1 then
  redis.call('HSET', meta, 'paused', 1)
end
redis.call('HSET', meta, 'opts.maxLenEvents', ARGV[2])
redis.call('HDEL', meta, 'parked')
`

/**
 * Limits are the code's: those that were set while running go before them, also in a lane that was not there when they
 * were set.
 */
const LIMIT = `
${HOLD_LIMITS}
local limits, marker = KEYS[4], KEYS[5]
local code, base = cjson.decode(ARGV[4]), ARGV[5]
local set = readRecord(redis.call('HGET', limits, ARGV[3]))
local rate = isRate(set.rate) and set.rate or code.rate
local most = isCount(set.maxConcurrency) and set.maxConcurrency or code.maxConcurrency
local newRate = holdRate(meta, rate, code.rateKeyed)
local newMost = holdConcurrency(meta, most, code.concurrencyKeyed)
if newRate or newMost then reopen(meta, marker, base) end
`

/** Adds the one command that announces a lane. Before its first job, so that none waits unseen. */
export function announceLane(pipeline: ChainableCommander, keys: Keys, lane: string, limits?: LaneLimits): void {
  const { queue, task } = parseLane(lane)
  const touched = [keys.lanes, keys.lane(lane, 'meta'), keys.lane(queue, 'meta')]
  const args = [lane, MAX_EVENTS]
  if (limits === undefined || task === undefined) {
    pipeline.eval(`${ANNOUNCE}return 1`, touched.length, ...touched, ...args)
    return
  }
  const { rate, maxConcurrency, keyed = [] } = limits
  const code = {
    ...{ rate, maxConcurrency },
    ...{ rateKeyed: keyed.includes('rate'), concurrencyKeyed: keyed.includes('concurrency') },
  }
  touched.push(keys.limits, keys.lane(lane, 'marker'))
  const more = [task, JSON.stringify(code), keys.keyed(lane, '')]
  pipeline.eval(`${ANNOUNCE}${LIMIT}return 1`, touched.length, ...touched, ...args, ...more)
}

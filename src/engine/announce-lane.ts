import type { ChainableCommander } from 'ioredis'
import type { RateWindow } from '../time/rate.js'
import type { Keys } from './keys.js'
import { parseLane } from './lane.js'

/** Events kept per lane. The engine's own 10,000 cost a small broker more memory than the jobs. */
const MAX_EVENTS = 2000

/**
 * Notes a lane where workers look for lanes. A lane of a queue that is paused is paused from its birth. A rate is the
 * code's: one that was set while running goes before it, also in a lane that was not there when it was set.
 */
const ANNOUNCE = `
local lanes, meta, queueMeta, limits = unpack(KEYS)
local lane, events, task, max, duration = unpack(ARGV)
local call = redis.call

local function isCount(value)
  return type(value) == 'number' and value >= 1 and value <= 9007199254740991 and value % 1 == 0
end

local function isRate(rate)
  return type(rate) == 'table' and isCount(rate.max) and isCount(rate.durationMs)
end

if call('SADD', lanes, lane) == 1 and call('HEXISTS', queueMeta, 'paused') == 1 then
  call('HSET', meta, 'paused', 1)
end
call('HSET', meta, 'opts.maxLenEvents', events)
if max ~= '' then
  local read, limit = pcall(cjson.decode, call('HGET', limits, task) or '{}')
  local rate = read and type(limit) == 'table' and limit.rate
  if isRate(rate) then
    max, duration = string.format('%.0f', rate.max), string.format('%.0f', rate.durationMs)
  end
  call('HSET', meta, 'max', max, 'duration', duration)
end
return 1
`

/** Adds the one command that announces a lane. Before its first job, so that none waits unseen. */
export function announceLane(pipeline: ChainableCommander, keys: Keys, lane: string, rate?: RateWindow): void {
  const { queue, task } = parseLane(lane)
  const touched = [keys.lanes, keys.lane(lane, 'meta'), keys.lane(queue, 'meta'), keys.limits]
  const args = [lane, MAX_EVENTS, task ?? '', rate?.max ?? '', rate?.durationMs ?? '']
  pipeline.eval(ANNOUNCE, touched.length, ...touched, ...args)
}

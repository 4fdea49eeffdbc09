import type { Connection } from '../connection/connection.js'
import type { Keys } from '../keys.js'
import { MAX_EVENTS } from '../lanes/announce-lane.js'
import { laneOf } from '../lanes/lane.js'
import { CLAIM_OF, GIVEN } from '../same-jobs/claim-field.js'

/** A job that a worker holds and does not know. */
export interface StrangeJob {
  readonly id: string
  readonly task: string
  readonly token: string
}

/**
 * Moves a job that a worker holds to another lane, as if it had never been taken. One step of the broker. A claim that it
 * holds goes along. A lane that is made for this is marked: it goes when it is empty. Where a job of this id is there
 * already, this one is the same call, sent twice: that one stands for it.
 */
const PARK = `${CLAIM_OF}local job, lock, active, stalled, events, parked, wait, prioritized, counter, marker, lanes, meta, queueMeta, given = unpack(KEYS)
local id, token, lane, maxEvents = unpack(ARGV)
local call = redis.call

local holder = call('GET', lock)
if holder ~= token then return redis.error_reply(holder and 'Lock mismatch' or 'Missing lock') end
if call('LREM', active, -1, id) == 0 then return redis.error_reply('the job is not in the active state') end
call('DEL', lock)
call('SREM', stalled, id)
call('XADD', events, '*', 'event', 'parked', 'jobId', id)
local claim = claimOf(job)
if claim and call('HGET', claim, 'id') == id then call('HSET', claim, 'lane', lane) end
if claim and call('HGET', claim, 'nextId') == id then call('HSET', claim, 'nextLane', lane) end
if call('HGET', given, 'id') == id then call('HSET', given, 'lane', lane) end
if call('EXISTS', parked) == 1 then
  call('DEL', job, job .. ':logs')
  return 0
end
call('RENAME', job, parked)
if call('EXISTS', job .. ':logs') == 1 then call('RENAME', job .. ':logs', parked .. ':logs') end
call('HDEL', parked, 'processedOn')
call('HINCRBY', parked, 'ats', -1)

local priority = tonumber(call('HGET', parked, 'priority')) or 0
if call('SADD', lanes, lane) == 1 then
  call('HSET', meta, 'parked', 1, 'opts.maxLenEvents', maxEvents)
  if call('HEXISTS', queueMeta, 'paused') == 1 then call('HSET', meta, 'paused', 1) end
end
if priority > 0 then
  local count = call('INCR', counter)
  call('ZADD', prioritized, priority * 4294967296 + count % 4294967296, id)
else
  call('LPUSH', wait, id)
end
call('ZADD', marker, 0, '0')
return 1
`

/** Moves a job that a worker holds into its task's own lane, which only workers that know the task serve. */
export async function parkJob(connection: Connection, keys: Keys, from: string, job: StrangeJob): Promise<void> {
  const { id, task, token } = job
  const lane = laneOf(from, task)
  const key = keys.job(from, id)
  const left = ['active', 'stalled', 'events'].map((part) => keys.lane(from, part))
  const joined = ['wait', 'prioritized', 'pc', 'marker'].map((part) => keys.lane(lane, part))
  const metas = [keys.lane(lane, 'meta'), keys.lane(from, 'meta')]
  const touched = [
    key,
    `${key}:lock`,
    ...left,
    keys.job(lane, id),
    ...joined,
    keys.lanes,
    ...metas,
    keys.claim(GIVEN, id),
  ]
  await connection.eval(PARK, touched.length, ...touched, id, token, lane, MAX_EVENTS)
}

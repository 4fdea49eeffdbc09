import { KEY_SLOTS, NOW } from './key-slots-script.js'

/**
 * Frees the slot of a job that has ended where no other came in its place, and tells those who wait for one. The engine
 * wakes workers when a job comes, not when one ends: without this a slot that became free would be seen only when
 * somebody looks again, seconds later.
 *
 * It answers whether the lane's limits are divided by keys: whoever did not know that asked for no next job.
 */
export const LEAVE = `
local call = redis.call
local held, counts, ring, parked, marker, meta, active = unpack(KEYS)
local id, base, isKnown = unpack(ARGV)
${NOW}
${KEY_SLOTS}
local told = call('HMGET', meta, 'concurrency', 'rateKeyed', 'concurrencyKeyed')
local isDivided = (told[2] or told[3]) and true or false
if call('HEXISTS', held, id) == 1 and not call('LPOS', active, id) then leave(id) end
if told[1] or isDivided and isKnown == '0' then call('ZADD', marker, 0, '0') end
return isDivided and 1 or 0
`

import type { Connection } from '../connection/connection.js'
import type { Keys } from '../keys.js'
import { NOW } from './key-slots-script.js'
import { ROWS } from './row-script.js'

/** Jobs that one call enters anew: short enough that no other client waits noticeably. */
const STEP = 500
/** Rows that one look counts, for the same reason. Where there are more, the loss of some is not noticed. */
const MOST_ROWS = 2000

/**
 * Removes what of a lane's index is not what it should be, as somebody else wrote it: all of it but `waiting` can be
 * made anew. Tells how many jobs wait where some of them stand in no row that has its turn; else 0.
 */
const CHECK = `
local call = redis.call
local waiting, ring, parked, number, held, counts, meta = unpack(KEYS)
local base = ARGV[1]
local function isA(key, kind)
  local found = call('TYPE', key).ok
  if found == kind or found == 'none' then return true end
  call('DEL', key)
  return false
end
isA(ring, 'zset')
isA(parked, 'set')
if isA(number, 'string') and not string.match(call('GET', number) or '0', '^%d+$') then call('DEL', number) end
local isHeld, isCounted = isA(held, 'hash'), isA(counts, 'hash')
-- The turnstile counts anew.
if not (isHeld and isCounted) then call('HDEL', meta, 'keySeen') end

if call('ZCARD', ring) + call('SCARD', parked) > ${MOST_ROWS} then return 0 end
local inTurn = 0
local function see(group)
  local row = base .. 'row:' .. group
  if isA(row, 'zset') then inTurn = inTurn + call('ZCARD', row) end
end
for _, group in ipairs(call('ZRANGE', ring, 0, -1)) do see(group) end
for _, key in ipairs(call('SMEMBERS', parked)) do
  if not isA(base .. 'parked:' .. key, 'set') then call('SREM', parked, key) end
  for _, group in ipairs(call('SMEMBERS', base .. 'parked:' .. key)) do see(group) end
end
local all = call('TYPE', waiting).ok == 'zset' and call('ZCARD', waiting) or 0
return inTurn < all and all or 0
`

/** Puts a step of the jobs that wait into their rows, and the rows into the ring. */
const ENTER = `
local call = redis.call
local waiting, ring, meta, marker = unpack(KEYS)
local base, jobs, from, to = unpack(ARGV)
${NOW}
${ROWS}
local divided = call('HMGET', meta, 'rateKeyed', 'concurrencyKeyed')
if not divided[1] and not divided[2] then return 0 end
local step = call('ZRANGE', waiting, from, to, 'WITHSCORES')
for index = 1, #step, 2 do
  local id = step[index]
  local group = groupOf(redis.pcall('HGET', jobs .. id, 'opts'), divided[1], divided[2])
  local digits = string.match(group, '^%d+')
  local key = string.sub(group, #digits + 2 + tonumber(digits))
  call('ZADD', base .. 'row:' .. group, step[index + 1], id)
  if call('SISMEMBER', base .. 'parked:' .. key, group) == 0 then call('ZADD', ring, 'NX', nowText, group) end
end
call('ZADD', marker, 0, '0')
return 1
`

/**
 * Makes the rows of a lane and the ring anew from the jobs that wait, where a part of them was lost or overwritten. The
 * jobs that wait are walked from the last to the first: those that leave meanwhile move the others towards the walk.
 */
export async function mendRows(connection: Connection, keys: Keys, lane: string): Promise<void> {
  const own = (part: string) => keys.keyed(lane, part)
  const base = own('')
  const checked = [...['waiting', 'ring', 'parked', 'number', 'held', 'counts'].map(own), keys.lane(lane, 'meta')]
  const all = Number(await connection.eval(CHECK, checked.length, ...checked, base))
  const touched = [own('waiting'), own('ring'), keys.lane(lane, 'meta'), keys.lane(lane, 'marker')]
  for (let end = all; end > 0; end -= STEP) {
    const range = [Math.max(0, end - STEP), end - 1]
    await connection.eval(ENTER, touched.length, ...touched, base, keys.job(lane, ''), ...range)
  }
}

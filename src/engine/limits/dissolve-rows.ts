import type { Connection } from '../connection.js'
import type { Keys } from '../keys.js'

/** Jobs, or groups, that one call works off: short enough that no other client waits noticeably. */
const STEP = 500

/**
 * Puts the jobs of rows back where the engine looks, and removes the rows. Who holds slots is forgotten only where the
 * lane's limits are not divided: a worker of older code, which does this, may work beside those of newer code. It
 * answers 1 where there is more to do.
 */
const DISSOLVE = `
local call = redis.call
local waiting, wait, marker, meta, ring, parked, number, held, counts = unpack(KEYS)
local base = ARGV[1]
local ids = call('ZRANGE', waiting, 0, ${STEP - 1})
for _, id in ipairs(ids) do
  call('ZREM', waiting, id)
  call('LPUSH', wait, id)
end
if #ids > 0 then call('ZADD', marker, 0, '0') end
if #ids == ${STEP} then return 1 end
if call('HEXISTS', meta, 'rateKeyed') == 1 or call('HEXISTS', meta, 'concurrencyKeyed') == 1 then return 0 end

local groups = call('ZRANGE', ring, 0, ${STEP - 1})
for _, group in ipairs(groups) do
  call('DEL', base .. 'row:' .. group)
  call('ZREM', ring, group)
end
if #groups == ${STEP} then return 1 end
for index, key in ipairs(call('SMEMBERS', parked)) do
  if index > ${STEP} then return 1 end
  for _, group in ipairs(call('SMEMBERS', base .. 'parked:' .. key)) do call('DEL', base .. 'row:' .. group) end
  call('DEL', base .. 'parked:' .. key)
  call('SREM', parked, key)
end
call('DEL', number, held, counts)
return 0
`

const OWN = ['ring', 'parked', 'number', 'held', 'counts'] as const

/**
 * Puts the jobs of rows back where the engine looks for them, and leaves nothing of the rows: a lane whose limits are no
 * longer divided by keys has no turnstile.
 */
export async function dissolveRows(connection: Connection, keys: Keys, lane: string): Promise<void> {
  const waiting = keys.keyed(lane, 'waiting')
  // Where there ever was a row, its jobs were numbered.
  if ((await connection.exists(waiting, keys.keyed(lane, 'number'))) === 0) return
  const ofEngine = ['wait', 'marker', 'meta'].map((part) => keys.lane(lane, part))
  const touched = [waiting, ...ofEngine, ...OWN.map((part) => keys.keyed(lane, part))]
  const step = () => connection.eval(DISSOLVE, touched.length, ...touched, keys.keyed(lane, ''))
  while ((await step()) === 1);
}

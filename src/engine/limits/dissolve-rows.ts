import type { Connection } from '../connection/connection.js'
import type { Keys } from '../keys.js'

/** Jobs, or groups, that one call works off: short enough that no other client waits noticeably. */
const STEP = 500
/** Calls that one look makes: what is left then is for the next one, or for whoever asks for a job. */
const MOST_STEPS = 40

/**
 * The part of scripts that puts jobs of rows back where the engine looks, a step at a time, each before all that came
 * after it. It tells whether rows have more.
 */
export const PUT_BACK = `
local function putBack(waiting, wait, prioritized)
  local last = redis.call('ZREVRANGE', waiting, 0, ${STEP - 1}, 'WITHSCORES')
  for index = 1, #last, 2 do
    local id, score = last[index], tonumber(last[index + 1])
    if score >= 0x100000000 then
      redis.call('ZADD', prioritized, last[index + 1], id)
    else
      redis.call('RPUSH', wait, id)
    end
    redis.call('ZREM', waiting, id)
  end
  return redis.call('EXISTS', waiting) == 1
end
`

/**
 * Puts the jobs of rows back, and removes the rows: only where the lane's limits are not divided, whatever the code of the
 * worker says that asks for it. Who holds slots is forgotten: where they are divided again, the turnstile counts those
 * that run anew. It answers 1 where there is more to do.
 */
const DISSOLVE = `
${PUT_BACK}
local call = redis.call
local waiting, wait, prioritized, marker, meta, ring, parked, number, held, counts = unpack(KEYS)
local base = ARGV[1]
if call('HEXISTS', meta, 'rateKeyed') == 1 or call('HEXISTS', meta, 'concurrencyKeyed') == 1 then return 0 end
if call('EXISTS', waiting) == 1 then
  local hasMore = putBack(waiting, wait, prioritized)
  call('ZADD', marker, 0, '0')
  if hasMore then return 1 end
end

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

const OF_ENGINE = ['wait', 'prioritized', 'marker', 'meta'] as const
const OWN = ['ring', 'parked', 'number', 'held', 'counts'] as const

/**
 * Puts the jobs of rows back where the engine looks for them, and leaves nothing of the rows: a lane whose limits are no
 * longer divided by keys has no turnstile.
 */
export async function dissolveRows(connection: Connection, keys: Keys, lane: string): Promise<void> {
  const engineKeys = OF_ENGINE.map((part) => keys.lane(lane, part))
  const ownKeys = OWN.map((part) => keys.keyed(lane, part))
  const touched = [keys.keyed(lane, 'waiting'), ...engineKeys, ...ownKeys]
  for (let step = 0; step < MOST_STEPS; step++) {
    const more = await connection.eval(DISSOLVE, touched.length, ...touched, keys.keyed(lane, ''))
    if (more !== 1) return
  }
}

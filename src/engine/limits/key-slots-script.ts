/**
 * The part of scripts that knows who holds which key's slots. `held` says of each job that runs which key it counts for,
 * `counts` how many a key has. Groups of a key that has no slot left are parked: `parked` names the keys, `parked:<key>`
 * their groups, which come back to the ring when a slot is free.
 *
 * The names of rows, windows and parked groups follow from a job's keys, so they cannot be declared; they lie in the
 * same slot of a Cluster.
 */
export const KEY_SLOTS = `
local function numberOf(value)
  return tonumber(value or 0) or 0
end

local function hold(id, key)
  call('HSET', held, id, key)
  call('HSET', counts, key, string.format('%.0f', numberOf(call('HGET', counts, key)) + 1))
end

local function wakeParked(key)
  local groups = call('SMEMBERS', base .. 'parked:' .. key)
  if #groups == 0 then return end
  for _, group in ipairs(groups) do call('ZADD', ring, nowText, group) end
  call('DEL', base .. 'parked:' .. key)
  call('SREM', parked, key)
  call('ZADD', marker, 0, '0')
end

local function leave(id)
  local key = call('HGET', held, id)
  if not key then return end
  call('HDEL', held, id)
  local rest = numberOf(call('HGET', counts, key)) - 1
  if rest > 0 then call('HSET', counts, key, string.format('%.0f', rest)) else call('HDEL', counts, key) end
  wakeParked(key)
end
`

/** The broker's time in microseconds since 1970: what the ring is in order by. */
export const NOW = `
local time = redis.call('TIME')
local nowText = time[1] .. string.rep('0', 6 - #time[2]) .. time[2]
local now = tonumber(nowText)
`

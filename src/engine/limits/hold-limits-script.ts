/**
 * What scripts that change a lane's limits are made of. A limit stands in the lane's meta: for the task as a whole under
 * the engine's own names, which its scripts read; divided by keys, under names of ours (`keyMax`…).
 *
 * `holdRate` and `holdConcurrency` say what holds from now on, and return whether that is new. `reopen` lets all keys
 * that wait ask again, by what holds then; windows that are open go with the rate that opened them.
 */
export const HOLD_LIMITS = `
local function whole(value)
  return string.format('%.0f', value)
end

local function isCount(value)
  return type(value) == 'number' and value >= 1 and value <= 9007199254740991 and value % 1 == 0
end

local function isRate(rate)
  return type(rate) == 'table' and isCount(rate.max) and isCount(rate.durationMs)
end

local function readRecord(text)
  local read, record = pcall(cjson.decode, text or '{}')
  return read and type(record) == 'table' and record or {}
end

local function put(meta, field, value)
  local before = redis.call('HGET', meta, field)
  if value then redis.call('HSET', meta, field, value) else redis.call('HDEL', meta, field) end
  return (before or '') ~= (value or '')
end

local function holdRate(meta, rate, keyed)
  local max, duration = rate and whole(rate.max) or false, rate and whole(rate.durationMs) or false
  local changes = 0
  for field, value in pairs({ max = not keyed and max, duration = not keyed and duration,
    keyMax = keyed and max, keyDuration = keyed and duration, rateKeyed = keyed and '1' }) do
    if put(meta, field, value) then changes = changes + 1 end
  end
  return changes > 0
end

local function holdConcurrency(meta, most, keyed)
  local native = put(meta, 'concurrency', not keyed and most and whole(most))
  local byKey = put(meta, 'keyConcurrency', keyed and most and whole(most))
  local divided = put(meta, 'concurrencyKeyed', keyed and '1')
  return native or byKey or divided
end

local function reopen(meta, marker, base)
  local time = redis.call('TIME')
  local now = time[1] .. string.rep('0', 6 - #time[2]) .. time[2]
  redis.call('HINCRBY', meta, 'keyEpoch', 1)
  for _, group in ipairs(redis.call('ZRANGE', base .. 'ring', 0, -1)) do
    redis.call('ZADD', base .. 'ring', now, group)
  end
  for _, key in ipairs(redis.call('SMEMBERS', base .. 'parked')) do
    for _, group in ipairs(redis.call('SMEMBERS', base .. 'parked:' .. key)) do
      redis.call('ZADD', base .. 'ring', now, group)
    end
    redis.call('DEL', base .. 'parked:' .. key)
  end
  redis.call('DEL', base .. 'parked')
  redis.call('ZADD', marker, 0, '0')
end
`

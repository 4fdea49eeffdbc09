import { RETRY_CALL_FIELD } from '../jobs/retry-call-field.js'
import { ANY_TIME_OPTION } from '../jobs/retry-script.js'
import { PUT_BACK } from './dissolve-rows.js'
import { freeStarts, HAD_TURN, TAKE_FREE } from './free-starts.js'
import { KEY_SLOTS, NOW } from './key-slots-script.js'
import { KEY_WINDOWS } from './key-windows-script.js'
import { ROWS } from './row-script.js'

/** Jobs that one call puts into rows, and groups that it looks at: short enough that no other client waits noticeably. */
const STEP = 500

/**
 * Takes the next job of a lane whose limits are divided by keys. Jobs come into the lane as into any other: the engine's
 * scripts add them, put them back and promote them. Here each goes from `wait` into the row of its group, which is its
 * rate key and its concurrency key; so a long row of one group is in no other's way. Groups take turns: the ring holds
 * each that has jobs, by when it may next ask. The one whose turn it is, and whose limits leave room, gives its oldest
 * job to the engine's own `moveToActive`, which this wraps, in the same step of the broker: what was counted has
 * started, whenever anybody crashes.
 *
 * `waiting` holds all jobs that stand in rows: whoever takes one out of there has taken it away. Rows are only an index
 * and are checked against it. `held` is checked against the jobs that are active: a slot whose worker died, or could not
 * tell that it was done, is free as soon as its job is not active any more.
 *
 * Nothing is taken out of where it stood before it stands in its row: a script that fails half-way, at data that somebody
 * else wrote, is not rolled back, and must lose no job.
 *
 * Where the lane's limits are not divided (any more), the engine's script is all there is, once rows are put back.
 *
 * It answers as `moveToActive` does. Where a group waits for its window, with `turn` for an id, and then.
 */
export const turnstileOf = (moveToActive: string): string => `
local function take(KEYS, ARGV)
${freeStarts(moveToActive)}
end
${HAD_TURN}${TAKE_FREE}
local call = redis.call
local wait, active, prioritized, events, stalled, limiter, delayed, paused, meta, counter, marker = unpack(KEYS, 1, 11)
local waiting, ring, held, counts, parked = unpack(KEYS, 12, 16)
local jobs, nowMs, base = ARGV[1], tonumber(ARGV[2]), ARGV[4]

local told = call('HMGET', meta, 'paused', 'concurrency', 'max', 'keyMax', 'keyDuration', 'keyConcurrency', 'keyEpoch',
  'rateKeyed', 'concurrencyKeyed', 'keySeen')
local isPaused, epoch, byRate, bySlots, seen = told[1], told[7] or '0', told[8], told[9], told[10]
if not byRate and not bySlots then
  if call('EXISTS', waiting) == 0 then
    return takeFree(wait, limiter, tonumber(told[3] or nil), jobs, function() return take(KEYS, ARGV) end)
  end
  ${PUT_BACK}
  if putBack(waiting, wait, prioritized) then return {0, 'turn', 0, nowMs} end
  return take(KEYS, ARGV)
end
${NOW}
${ROWS}
${KEY_SLOTS}

local most, max = tonumber(told[2] or nil), tonumber(told[3] or nil)
local keyMax, keyDuration, keyMost = tonumber(told[4] or nil), tonumber(told[5] or nil), tonumber(told[6] or nil)

local function keysOf(group)
  local digits = string.match(group, '^%d+')
  local from, length = #digits + 2, tonumber(digits)
  return string.sub(group, from, from + length - 1), string.sub(group, from + length)
end

-- What is no job is in nobody's way. One whose own fields are damaged is one all the same. What looks like a mark of the
-- engine's older versions is none: the engine drops it in every lane, and takes whatever is next instead.
local function enter(id)
  if string.sub(id, 1, 2) == '0:' then return end
  local fields = redis.pcall('HMGET', jobs .. id, 'opts', 'priority', 'ats', 'atm', '${RETRY_CALL_FIELD}')
  if fields.err or not fields[1] and call('EXISTS', jobs .. id) == 0 then return end
  local group = groupOf(fields[1], byRate, bySlots)
  local _, key = keysOf(group)
  local wasGivenBack = numberOf(fields[3]) > numberOf(fields[4]) and not fields[5]
  local number = (wasGivenBack or hadTurn(fields[1])) and 0 or call('INCR', base .. 'number') % 0x100000000
  local score = string.format('%.0f', numberOf(fields[2]) * 0x100000000 + number)
  if call('SISMEMBER', base .. 'parked:' .. key, group) == 0 then
    call('ZADD', ring, 'NX', nowText, group)
    -- It is free of the rate: its group need not wait for its next window.
    if hadTurn(fields[1]) then call('ZADD', ring, nowText, group) end
  end
  call('ZADD', base .. 'row:' .. group, score, id)
  call('ZADD', waiting, score, id)
end

local function gather()
  local due = call('ZRANGEBYSCORE', delayed, 0, string.format('%.0f', (nowMs + 1) * 4096 - 1), 'LIMIT', 0, ${STEP})
  for _, id in ipairs(due) do
    enter(id)
    if call('TYPE', jobs .. id).ok == 'hash' then call('HSET', jobs .. id, 'delay', 0) end
    call('ZREM', delayed, id)
  end
  local oldest = call('LRANGE', wait, -${STEP}, -1)
  for index = #oldest, 1, -1 do
    enter(oldest[index])
    call('RPOP', wait)
  end
  for _, id in ipairs(call('ZRANGE', prioritized, 0, ${STEP - 1})) do
    enter(id)
    call('ZREM', prioritized, id)
  end
  return call('LLEN', wait) == 0 and call('ZCARD', prioritized) == 0 and #due < ${STEP}
end

-- Also those run that were taken while the limits were not divided, or by what somebody overwrote since.
local function countAnew()
  call('DEL', held, counts)
  for _, id in ipairs(bySlots and call('LRANGE', active, 0, -1) or {}) do
    local _, key = keysOf(groupOf(redis.pcall('HGET', jobs .. id, 'opts'), byRate, bySlots))
    hold(id, key)
  end
  for _, key in ipairs(call('SMEMBERS', parked)) do wakeParked(key) end
  call('HSET', meta, 'keySeen', epoch)
end

local function freeLostSlots()
  if seen ~= epoch then return countAnew() end
  if call('HLEN', held) <= call('LLEN', active) then return end
  local runs = {}
  for _, id in ipairs(call('LRANGE', active, 0, -1)) do runs[id] = true end
  for _, id in ipairs(call('HKEYS', held)) do
    if not runs[id] then leave(id) end
  end
end

${KEY_WINDOWS}
-- What expired is only told so, what waited for a workflow ends as that did: it spends nothing of its key's rate. The
-- clock is the worker's, who decides.
local function isFreeOfRate(id)
  local text = keyMax and call('HGET', jobs .. id, 'opts')
  if hadTurn(text) then return true end
  local options = text and readOptions(text) or {}
  return type(options.ex) == 'number' and options.ex <= nowMs and not options['${ANY_TIME_OPTION}']
end

local function giveFrom(group, rate, key, id, isFree)
  local row = base .. 'row:' .. group
  if not isFree then charge(rate) end
  if bySlots then
    leave(id)
    hold(id, key)
  end
  call('RPUSH', wait, id)
  call('ZREM', row, id)
  call('ZREM', waiting, id)
  if call('EXISTS', row) == 1 then call('ZADD', ring, nowText, group) else call('ZREM', ring, group) end
  return take(KEYS, ARGV)
end

local function answer(limitedMs, dueMs, isTurn)
  return {0, isTurn and 'turn' or 0, limitedMs, dueMs}
end

local function nextDue()
  local first = call('ZRANGE', delayed, 0, 0, 'WITHSCORES')
  return first[2] and math.floor(tonumber(first[2]) / 4096) or 0
end

local function look()
  for _ = 1, ${STEP} do
    local first = call('ZRANGE', ring, 0, 0, 'WITHSCORES')
    local group, at = first[1], tonumber(first[2] or 0)
    if not group then return answer(0, nextDue()) end
    if at > now then
      local due, turn = nextDue(), nowMs + math.ceil((at - now) / 1000)
      return answer(0, due > 0 and due < turn and due or turn, true)
    end
    local row = base .. 'row:' .. group
    local id, score = unpack(call('ZRANGE', row, 0, 0, 'WITHSCORES'))
    local rate, key = keysOf(group)
    if not id then
      call('ZREM', ring, group)
    elseif call('ZSCORE', waiting, id) ~= score then
      -- It was taken away, or stands in another row meanwhile.
      call('ZREM', row, id)
    elseif call('EXISTS', jobs .. id) == 0 then
      call('ZREM', row, id)
      call('ZREM', waiting, id)
    elseif bySlots and keyMost and numberOf(call('HGET', counts, key)) >= keyMost then
      call('ZREM', ring, group)
      call('SADD', parked, key)
      call('SADD', base .. 'parked:' .. key, group)
    else
      local isFree = isFreeOfRate(id)
      local rest = isFree and 0 or opensIn(rate)
      if rest == 0 then return giveFrom(group, rate, key, id, isFree) end
      call('ZADD', ring, string.format('%.0f', now + rest), group)
    end
  end
  return answer(0, nowMs, true)
end

local hasAll = gather()
freeLostSlots()
if isPaused then return answer(0, 0) end
if max and numberOf(call('GET', limiter)) >= max then
  local ms = call('PTTL', limiter)
  if ms > 0 then return answer(ms, 0) end
end
if most and call('LLEN', active) >= most then return answer(0, 0) end
if not hasAll then
  -- Whoever is free sees what is left of the heap; meanwhile it stays in wait, from which nobody else takes.
  call('ZADD', marker, 0, '0')
end
local given = look()
if type(given[1]) ~= 'table' and not hasAll then return answer(0, nowMs, true) end
return given
`

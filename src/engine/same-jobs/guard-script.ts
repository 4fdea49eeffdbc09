import { CLAIMS } from './settle-script.js'

/** How many keys and arguments the guard has behind those of the script that it guards. */
export const GUARD_KEYS = 5

/**
 * Adds a job only where no other one stands for it, in one step of the broker. The engine's own script that adds is a
 * part of it, with its keys and arguments first.
 *
 * It answers with the id of the job that stands for the call, and its lane where it is another one than the call's.
 * Sent again since the answer was lost, it says the same and does nothing twice: a call is known by the id of the job
 * that it would make.
 */
export const guarded = (add: string, keys: number, args: number): string => `
local function add(KEYS, ARGV)
${add}
end
${CLAIMS}
local call = redis.call
local job, claim, idempotency, claims, given = unpack(KEYS, ${keys + 1}, ${keys + GUARD_KEYS})
local root, lane, id, kind, ms, idempotencyMs, caller = unpack(ARGV, ${args + 1}, ${args + 7})
local data = ARGV[2]
local now = brokerTime()

local function addOwn()
  return add({unpack(KEYS, 1, ${keys})}, {unpack(ARGV, 1, ${args})})
end

local function at(ofLane, part)
  return root .. ':' .. ofLane .. ':' .. part
end

local function isMergedInto(ofLane, owner)
  local merged = call('HGET', at(ofLane, owner), 'calls') or ''
  return string.find(' ' .. merged .. ' ', ' ' .. id .. ' ', 1, true) ~= nil
end

-- Limits count the job under the keys of the call whose data it has now; where it stands in a row, it goes to another.
local function follow(ofLane, owner)
  local key, new = at(ofLane, owner), cmsgpack.unpack(ARGV[3])
  local read, options = pcall(cjson.decode, call('HGET', key, 'opts') or '')
  if not read or type(options) ~= 'table' then return end
  local isSameGroup = options.kr == new.kr and options.kc == new.kc
  if isSameGroup and options.ex == new.ex then return end
  options.kr, options.kc, options.ex = new.kr, new.kc, new.ex
  call('HSET', key, 'opts', cjson.encode(options))
  if isSameGroup then return end
  if call('ZREM', root .. '~keyed:' .. ofLane .. ':waiting', owner) == 0 then return end
  call('LPUSH', at(ofLane, 'wait'), owner)
  call('ZADD', at(ofLane, 'marker'), 0, '0')
end

-- A call that became part of a job is noted with it.
local function merge(ofLane, owner)
  if isMergedInto(ofLane, owner) then return end
  local key = at(ofLane, owner)
  local calls = string.sub(id .. ' ' .. (call('HGET', key, 'calls') or ''), 1, 1000)
  call('HSET', key, 'data', data, 'deid', id .. ':' .. claim, 'calls', #calls < 1000 and calls or string.match(calls, '^(.*) ') or id)
  follow(ofLane, owner)
end

local function wait(ofLane, owner, due)
  local key = at(ofLane, owner)
  local delay = due - (tonumber(call('HGET', key, 'timestamp')) or now)
  local read, options = pcall(cjson.decode, call('HGET', key, 'opts') or '')
  if read and type(options) == 'table' then
    options.delay = delay
    call('HSET', key, 'opts', cjson.encode(options))
  end
  call('HSET', key, 'delay', string.format('%.0f', delay))
  schedule(root, ofLane, owner, due)
end

-- A new job waits for the one that stands before it.
local function hold()
  if call('LREM', at(lane, 'wait'), 1, id) == 0 then
    call('ZREM', at(lane, 'delayed'), id)
    call('ZREM', at(lane, 'prioritized'), id)
  end
  call('ZADD', at(lane, 'waiting-children'), now, id)
end

local function note()
  call('HSET', job, 'deid', id .. ':' .. claim)
  lookAgain(claims, claim, now)
end

local function addAsOwner()
  local added = addOwn()
  if type(added) == 'number' then return added end
  call('DEL', claim)
  call('HSET', claim, 'lane', lane, 'id', id)
  note()
  return added
end

local rules = {}

rules['for'] = function()
  local owner = call('HMGET', claim, 'lane', 'id')
  if owner[2] then return {owner[2], owner[1]} end
  local added = addOwn()
  if type(added) == 'number' then return added end
  call('HSET', claim, 'lane', lane, 'id', id)
  call('PEXPIRE', claim, ms)
  return added
end

rules['done'] = function()
  local owner = call('HMGET', claim, 'lane', 'id')
  if owner[2] and not isOver(root, owner[1], owner[2]) then return {owner[2], owner[1]} end
  return addAsOwner()
end

rules['started'] = function()
  local owner = call('HMGET', claim, 'lane', 'id')
  local waits = owner[2] and not isOver(root, owner[1], owner[2]) and not hasBegun(root, owner[1], owner[2])
  if waits then return {owner[2], owner[1]} end
  return addAsOwner()
end

rules['debounce'] = function()
  local owner = call('HMGET', claim, 'lane', 'id')
  if owner[2] and isMergedInto(owner[1], owner[2]) then return {owner[2], owner[1]} end
  local isQuiet = owner[2] and call('ZSCORE', at(owner[1], 'delayed'), owner[2])
  if isQuiet and not hasBegun(root, owner[1], owner[2]) then
    merge(owner[1], owner[2])
    wait(owner[1], owner[2], now + tonumber(ms))
    return {owner[2], owner[1]}
  end
  return addAsOwner()
end

rules['latest'] = function()
  settle(claim)
  local owner = call('HMGET', claim, 'lane', 'id', 'nextLane', 'nextId')
  if not owner[2] then return addAsOwner() end
  if isMergedInto(owner[1], owner[2]) then return {owner[2], owner[1]} end
  if not hasBegun(root, owner[1], owner[2]) then
    merge(owner[1], owner[2])
    return {owner[2], owner[1]}
  end
  local waits = owner[4] and not isOver(root, owner[3], owner[4]) and not hasBegun(root, owner[3], owner[4])
  if waits then
    merge(owner[3], owner[4])
    return {owner[4], owner[3]}
  end
  local added = addOwn()
  if type(added) == 'number' then return added end
  hold()
  call('HSET', claim, 'nextLane', lane, 'nextId', id)
  note()
  return added
end

rules['always'] = addOwn

-- An id that callers give is one job's in the whole app: it may be in another queue, or parked.
local function laneOfGiven()
  if call('EXISTS', job) == 1 then return lane end
  local known = caller ~= '' and call('HGET', given, 'lane')
  if known and call('EXISTS', at(known, id)) == 1 then return known end
end

local function standing()
  local found = laneOfGiven()
  if found then
    -- It may be another call's: that one's job stands for this call.
    local isTaken = caller ~= '' and call('HGET', at(found, id), 'caller') ~= caller
    return {id, found, isTaken and 'taken' or nil}
  end
  if idempotencyMs == '0' then return rules[kind]() end
  local known = call('HMGET', idempotency, 'lane', 'id')
  if known[2] then return {known[2], known[1]} end
  local found = rules[kind]()
  if type(found) == 'number' then return found end
  local isOther = type(found) == 'table'
  call('HSET', idempotency, 'lane', isOther and found[2] or lane, 'id', isOther and found[1] or id)
  call('PEXPIRE', idempotency, idempotencyMs)
  return found
end

local found = standing()
if caller ~= '' and found == id then
  call('HSET', job, 'caller', caller)
  call('HSET', given, 'lane', lane, 'id', id)
  lookAgain(claims, given, now)
end
return found
`

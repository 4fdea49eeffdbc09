import { LEASE_MS, MOST_BYTES } from './begin-script.js'

const FIRST_BATCH = 8
const LARGEST_BATCH = 250

/** How scripts hand out what is ready and nobody was handed. */
export const HAND_OUT = `
-- What a node begins with that is to be made a job: its name, and it itself where nothing else begins with it.
local function inputOf(state)
  local ref, text = string.match(state, '^q([^|]*)|?(.*)$')
  return ref or '', text ~= '' and text or nil
end

local function noteAdded(l, node, state, lane)
  try('HSET', l.record, 's' .. node, 'a' .. lane)
  try('HDEL', l.record, 'c' .. node)
  try('ZREM', l.ready, string.format('%06d', node))
  dropInput(l, node, inputOf(state))
end

-- One that was handed out before may have been made a job, of which nobody told.
local function wasAdded(l, node, state, leased)
  if tonumber(leased) == 0 then return false end
  local lane = laneOf(l, node)
  if lane then noteAdded(l, node, state, lane) end
  return lane ~= nil
end

-- Each is followed by until when somebody had it; 0 where nobody did.
local function freeOnes(l, most)
  return try('ZRANGEBYSCORE', l.ready, '-inf', ms(l.now), 'WITHSCORES', 'LIMIT', 0, most) or {}
end

local function rowOf(member)
  local from, to, step, ref = string.match(member, '^(%d+)%-(%d+)/(%d+)|(.*)$')
  if from then return tonumber(from), tonumber(to), math.max(1, tonumber(step)), ref end
end

local function textOf(l, ref)
  if string.match(ref, '^%d+$') then return try('HGET', l.values, ref) or '', '' end
  local node = string.match(ref, '^x(%d+)$')
  if not node then return end
  local failure, text = unpack(fieldsOf(l, 'e' .. node, 'n' .. node), 1, 2)
  return failure or '', string.match(text or '', '^[tc]|[^|]*|[^|]*|(.*)$') or ''
end

-- How many of a row are handed out by a few commands: few at first, until it is known how large their calls are.
local function batchOf(out)
  if #out.nodes == 0 then return math.min(out.most, ${FIRST_BATCH}) end
  local each = math.max(1, out.bytes * 3 / #out.nodes)
  return math.min(out.most, ${LARGEST_BATCH}, math.ceil((${MOST_BYTES} - out.bytes) / each))
end

local function fieldsOfRow(l, name, from, last, step)
  local names = {}
  for node = from, last, step do names[#names + 1] = name .. node end
  return fieldsOf(l, unpack(names))
end

-- The first of a row are handed out; the rest stays one.
local function handRow(l, out, member)
  local from, to, step, ref = rowOf(member)
  local last = math.min(to, from + (batchOf(out) - 1) * step)
  local states = fieldsOfRow(l, 's', from, last, step)
  local calls = hasCall(l, last, ref) and {} or fieldsOfRow(l, 'c', from, last, step)
  local noted, leased, node, leaseEnd = {}, {}, from, ms(l.now + ${LEASE_MS})
  while node <= last and out.bytes < ${MOST_BYTES} do
    local at = (node - from) / step + 1
    if states[at] then
      l.opened = l.opened - 1
    else
      noted[#noted + 1], noted[#noted + 2] = 's' .. node, 'q' .. ref
      leased[#leased + 1], leased[#leased + 2] = leaseEnd, string.format('%06d', node)
      give(l, out, ms(node), ref, calls[at])
    end
    node = node + step
  end
  if #noted > 0 then
    try('HSET', l.record, unpack(noted))
    try('ZADD', l.ready, unpack(leased))
  end
  try('ZREM', l.ready, member)
  if node <= to then try('ZADD', l.ready, 0, string.format('%06d-%06d/%06d|%s', node, to, step, ref)) end
end

local function handOne(l, out, member, leased)
  local node = ms(tonumber(member) or -1)
  local state, made = unpack(fieldsOf(l, 's' .. node, 'c' .. node), 1, 2)
  if not state or string.sub(state, 1, 1) ~= 'q' then
    try('ZREM', l.ready, member)
  elseif not wasAdded(l, node, state, leased) then
    try('ZADD', l.ready, ms(l.now + ${LEASE_MS}), member)
    local ref, text = inputOf(state)
    give(l, out, node, ref, made, text)
  end
end

local function restOf(member)
  return string.match(member, '^~(%w+):(%d+)|(.*)$')
end

-- The next ones of a fork begin. None is handed out by that: they are taken from among the others.
local function beginRest(l, member)
  local field, from, ref = restOf(member)
  try('ZREM', l.ready, member)
  l.opened, l.forked, l.most = l.opened - 1, 0, 0
  local text = string.sub(try('HGET', l.record, field) or '', tonumber(from))
  local value = string.match(ref, '^%d+$') and try('HGET', l.values, ref) or nil
  each(l, string.match(text, '^[^|]*'), {ref = ref, text = value, isKept = true}, field, tonumber(from))
end

local function handOut(l, out)
  while out.most > 0 and out.bytes < ${MOST_BYTES} do
    local free = freeOnes(l, math.min(out.most, 50))
    if #free == 0 then break end
    for at = 1, #free, 2 do
      if rowOf(free[at]) then
        handRow(l, out, free[at])
        break
      elseif restOf(free[at]) then
        beginRest(l, free[at])
        break
      end
      if out.bytes < ${MOST_BYTES} then handOne(l, out, free[at], free[at + 1]) end
    end
  end
end

-- Nodes that nobody was handed will not be jobs any more.
local function dropFree(l)
  local free = freeOnes(l, 1000000)
  for at = 1, #free, 2 do
    local member = free[at]
    local from, to, step = rowOf(member)
    local node = ms(tonumber(member) or -1)
    if from then
      l.opened = l.opened - math.floor((to - from) / step) - 1
    elseif restOf(member) then
      l.opened = l.opened - 1
    elseif not wasAdded(l, node, try('HGET', l.record, 's' .. node) or '', free[at + 1]) then
      l.opened = l.opened - 1
      try('HSET', l.record, 's' .. node, 'f')
    end
    try('ZREM', l.ready, member)
  end
end
`

import { LEASE_MS } from './reach-script.js'

/** Bytes of calls after which no more nodes are handed out at once. */
const MOST_BYTES = 1_000_000
/** A look at a workflow may be put off by so much. */
const LOOK_LATER_MS = 5000
const FIRST_BATCH = 8
const LARGEST_BATCH = 250

/** How scripts hand out what is ready, and end what is over. */
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

local function give(l, out, node, ref, made, known)
  for _, part in ipairs({node, made or '', ref}) do out.nodes[#out.nodes + 1] = part end
  out.most, out.bytes = out.most - 1, out.bytes + #(made or '')
  if out.known[ref] then return end
  local text, task = known, ''
  if not text then text, task = textOf(l, ref) end
  if not text then return end
  out.known[ref] = true
  for _, part in ipairs({ref, text, task}) do out.texts[#out.texts + 1] = part end
  out.bytes = out.bytes + #text
end

-- Whoever made a workflow has the calls that it begins with: they need not travel back.
local function hasCall(l, node, ref)
  return ref == '' and node < (l.has or 0)
end

local function giveBegun(l, out)
  for _, begun in ipairs(l.given) do
    if out.bytes < ${MOST_BYTES} then
      local node, ref = begun.node.number, begun.got.ref
      give(l, out, node, ref, not hasCall(l, tonumber(node), ref) and begun.node.made, begun.got.text)
    else
      try('ZADD', l.ready, 0, string.format('%06d', begun.node.number))
      l.hasFree = true
    end
  end
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
  local noted, leased, node = {}, {}, from
  while node <= last and out.bytes < ${MOST_BYTES} do
    local at = (node - from) / step + 1
    if states[at] then
      l.opened = l.opened - 1
    else
      noted[#noted + 1], noted[#noted + 2] = 's' .. node, 'q' .. ref
      leased[#leased + 1], leased[#leased + 2] = ms(l.now + ${LEASE_MS}), string.format('%06d', node)
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

local function handOut(l, out)
  while out.most > 0 and out.bytes < ${MOST_BYTES} do
    local free = freeOnes(l, math.min(out.most, 50))
    if #free == 0 then break end
    for at = 1, #free, 2 do
      if rowOf(free[at]) then
        handRow(l, out, free[at])
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
    elseif not wasAdded(l, node, try('HGET', l.record, 's' .. node) or '', free[at + 1]) then
      l.opened = l.opened - 1
      try('HSET', l.record, 's' .. node, 'f')
    end
    try('ZREM', l.ready, member)
  end
end

local function close(l)
  -- As many began as ended: some are open.
  if l.opened == 0 and l.woken then return end
  local open = tonumber(try('HINCRBY', l.record, 'open', ms(l.opened)) or 0) or 0
  l.opened = 0
  if open > 0 then return end
  -- Nothing is left that could end it: its record was damaged.
  if l.state == 'running' then over(l, 'failed') end
  local kept = fieldsOf(l, 'keepMs', 'failKeepMs')
  local keepMs = math.max(1, tonumber(kept[l.state == 'succeeded' and 1 or 2] or nil) or 86400000)
  for _, key in ipairs({l.record, l.values}) do try('PEXPIRE', key, ms(keepMs)) end
  try('DEL', l.ready)
  try('ZREM', l.due, l.id)
end

-- Somebody is to look at it then, or a little later, so that not every end need say so.
local function stirred(l, at)
  if l.look and l.look >= at and at > l.now then return end
  if at > l.now then at = at + ${LOOK_LATER_MS} end
  l.look = at
  try('ZADD', l.due, ms(at), l.id)
  try('HSET', l.record, 'look', ms(at))
end

-- What came of it: the job that waited for the end, and nodes that are to be made jobs.
local function answer(l, most)
  if not l.woken and not l.owner then return false end
  local out = {nodes = {}, texts = {}, known = {}, bytes = 0, most = most}
  local more = 0
  giveBegun(l, out)
  if l.hasFree then
    handOut(l, out)
    if l.opened ~= 0 then close(l) end
    more = #freeOnes(l, 1) / 2
  end
  local isOpen = #l.given > 0 or l.hasFree and (try('ZCARD', l.ready) or 0) > 0
  if isOpen then stirred(l, more == 1 and most == 0 and l.now or l.now + ${LEASE_MS}) end
  return {l.id, l.owner or '', l.ownerLane or '', more, out.nodes, out.texts}
end
`

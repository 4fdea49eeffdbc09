/** Whoever is handed a node has so long to make a job of it; then it is anybody's again. */
export const LEASE_MS = 10_000

/** Bytes of calls after which no more nodes are handed out at once. */
const MOST_BYTES = 1_000_000

/** How scripts hand out what is ready, and end what is over. */
export const HAND_OUT = `
-- Where a node's job is. Jobs go from lane to lane.
local function laneOf(l, node)
  for _, lane in ipairs(try('SMEMBERS', l.root .. '~lanes') or {}) do
    if try('EXISTS', l.root .. ':' .. lane .. ':' .. l.id .. '~' .. node) == 1 then return lane end
  end
end

-- What only this node began with is not needed any more.
local function dropInput(l, node, ref)
  local text = string.match(ref, '^%d+$') and try('HGET', l.record, 'n' .. ref) or ''
  if string.match(text, '^[tc]|([^|]*)|') == node then try('HDEL', l.values, ref) end
end

local function noteAdded(l, node, state, lane)
  try('HSET', l.record, 's' .. node, 'a' .. lane)
  try('HDEL', l.record, 'c' .. node)
  try('ZREM', l.ready, string.format('%06d', node))
  dropInput(l, node, string.sub(state, 2))
end

-- One that was handed out before may have been made a job, of which nobody told.
local function wasAdded(l, member, node, state)
  if try('ZSCORE', l.ready, member) == '0' then return false end
  local lane = laneOf(l, node)
  if lane then noteAdded(l, node, state, lane) end
  return lane ~= nil
end

local function freeOnes(l, most)
  return try('ZRANGEBYSCORE', l.ready, '-inf', ms(l.now), 'LIMIT', 0, most) or {}
end

local function rowOf(member)
  local from, to, step, ref = string.match(member, '^(%d+)%-(%d+)/(%d+)|(.*)$')
  if from then return tonumber(from), tonumber(to), math.max(1, tonumber(step)), ref end
end

-- The first of a row become entries of their own; the rest stays one.
local function split(l, member, most)
  local from, to, step, ref = rowOf(member)
  local last = math.min(to, from + (most - 1) * step)
  for node = from, last, step do
    if try('HSETNX', l.record, 's' .. node, 'q' .. ref) == 1 then
      try('ZADD', l.ready, 0, string.format('%06d', node))
    else
      l.opened = l.opened - 1
    end
  end
  try('ZREM', l.ready, member)
  if last + step <= to then
    try('ZADD', l.ready, 0, string.format('%06d-%06d/%06d|%s', last + step, to, step, ref))
  end
end

local function textOf(l, ref)
  if string.match(ref, '^%d+$') then return try('HGET', l.values, ref) or '', '' end
  local node = string.match(ref, '^x(%d+)$')
  if not node then return end
  local failure, text = unpack(fieldsOf(l, 'e' .. node, 'n' .. node), 1, 2)
  return failure or '', string.match(text or '', '^[tc]|[^|]*|[^|]*|(.*)$') or ''
end

local function handOut(l, most)
  local nodes, texts, known, bytes = {}, {}, {}, 0
  while most > 0 and bytes < ${MOST_BYTES} do
    local member = freeOnes(l, 1)[1]
    if not member then break end
    if rowOf(member) then
      split(l, member, most)
    else
      local node = ms(tonumber(member) or -1)
      local state, made = unpack(fieldsOf(l, 's' .. node, 'c' .. node), 1, 2)
      if not state or string.sub(state, 1, 1) ~= 'q' then
        try('ZREM', l.ready, member)
      elseif not wasAdded(l, member, node, state) then
        try('ZADD', l.ready, ms(l.now + ${LEASE_MS}), member)
        local ref = string.sub(state, 2)
        for _, part in ipairs({node, made or '', ref}) do nodes[#nodes + 1] = part end
        most, bytes = most - 1, bytes + #(made or '')
        local text, task = textOf(l, known[ref] and '' or ref)
        if text then
          known[ref] = true
          for _, part in ipairs({ref, text, task}) do texts[#texts + 1] = part end
          bytes = bytes + #text
        end
      end
    end
  end
  return nodes, texts
end

-- Nodes that nobody was handed will not be jobs any more.
local function dropFree(l)
  for _, member in ipairs(freeOnes(l, 1000000)) do
    local from, to, step = rowOf(member)
    local node = ms(tonumber(member) or -1)
    if from then
      l.opened = l.opened - math.floor((to - from) / step) - 1
    elseif not wasAdded(l, member, node, try('HGET', l.record, 's' .. node) or '') then
      l.opened = l.opened - 1
      try('HSET', l.record, 's' .. node, 'f')
    end
    try('ZREM', l.ready, member)
  end
end

local function close(l)
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

local function stirred(l, at)
  try('ZADD', l.due, ms(at), l.id)
end

-- What came of it: the job that waited for the end, and nodes that are to be made jobs.
local function answer(l, most)
  if not l.woken and not l.owner then return false end
  local nodes, texts = {}, {}
  local more = 0
  if l.woken then
    nodes, texts = handOut(l, most)
    if l.opened ~= 0 then close(l) end
    more = #freeOnes(l, 1)
    if (try('ZCARD', l.ready) or 0) > 0 then stirred(l, more == 1 and most == 0 and l.now or l.now + ${LEASE_MS}) end
  end
  return {l.id, l.owner or '', l.ownerLane or '', more, nodes, texts}
end
`

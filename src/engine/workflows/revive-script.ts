import { BATCH } from './reach-script.js'

/** What a failed job's next run undoes in its workflow's record: whatever its failure, and no other, had stopped. */
export const REVIVE = `
local function revive(l, node, kind, up, lane)
  local unfail

  -- Another member's failure stands for the group's, all the way up.
  local function blame(l, up, old, new)
    if up == '-' then return end
    if up == 'e' then
      if try('HGET', l.record, 'cause') == old then try('HSET', l.record, 'cause', new) end
      return
    end
    if not slotOf(up) then
      local _, beyond = guardAt(l, up)
      return blame(l, beyond, old, new)
    end
    if try('HGET', l.values, up) ~= '!' .. old then return end
    try('HSET', l.values, up, '!' .. new)
    local join = joinAt(l, slotOf(up))
    if join then return blame(l, join.up, old, new) end
  end

  local function otherFailure(l, join)
    for from = 0, join.size - 1, ${BATCH} do
      local slots = {}
      for slot = from, math.min(from + ${BATCH}, join.size) - 1 do slots[#slots + 1] = join.number .. '.' .. slot end
      for _, value in ipairs(try('HMGET', l.values, unpack(slots)) or {}) do
        if value and string.sub(value, 1, 1) == '!' then return string.sub(value, 2) end
      end
    end
  end

  local function clearSlot(l, target)
    local join = joinAt(l, slotOf(target))
    local failure = try('HGET', l.values, target)
    if not join or join.gate == 'd' or not failure or string.sub(failure, 1, 1) ~= '!' then return end
    try('HDEL', l.values, target)
    try('HSET', l.record, 'p' .. join.number, join.pending + 1)
    if join.allows then return end
    try('HSET', l.record, 'x' .. join.number, join.failed - 1)
    if join.failed <= 1 then
      try('HDEL', l.record, 'o' .. join.number)
      return unfail(l, join.up)
    end
    local old, new = string.sub(failure, 2), otherFailure(l, join)
    if new then return blame(l, join.up, old, new) end
  end

  unfail = function(l, up)
    if up == '-' then return end
    if up == 'e' then
      if l.state ~= 'failed' then return end
      l.state = 'running'
      try('HSET', l.record, 'state', 'running')
      try('HDEL', l.record, 'finishedAt', 'cause', 'via')
      return
    end
    if slotOf(up) then return clearSlot(l, up) end
    local _, beyond = guardAt(l, up)
    return unfail(l, beyond)
  end

  for _, key in ipairs({l.record, l.values, l.ready}) do try('PERSIST', key) end
  try('HSET', l.record, 's' .. node, 'a' .. lane)
  if kind == 't' then try('HINCRBY', l.record, 'failed', -1) end
  l.opened = l.opened + 1
  unfail(l, up)
  try('ZADD', l.due, ms(l.now + 60000), l.id)
  try('HDEL', l.record, 'look')
  l.look = nil
end
`

/** A slot that holds no more characters may tell of a failure. */
const LONGEST_MARK = 16

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

  -- A member that failed and does not run again. The last that failed is asked first, and what has run again since is
  -- forgotten: no values are read, and each is looked at once.
  local function otherFailure(l, join)
    for at = join.fell, 1, -1 do
      local field = 'b' .. join.number .. '.' .. at
      local slot = try('HGET', l.record, field)
      if not slot then return end
      local length = try('HSTRLEN', l.values, slot) or 0
      local value = length > 0 and length <= ${LONGEST_MARK} and try('HGET', l.values, slot) or ''
      if string.sub(value, 1, 1) == '!' then return string.sub(value, 2) end
      try('HDEL', l.record, field)
      try('HSET', l.record, 'b' .. join.number, at - 1)
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
  try('ZADD', l.due, 'LT', ms(l.now + 60000), l.id)
  try('HDEL', l.record, 'look')
  l.look = nil
end

-- One that failed before it was a job is to be made one.
local function reviveUnmade(l, node, kind, up)
  local noted, made = unpack(fieldsOf(l, 'u' .. node, 'c' .. node), 1, 2)
  if l.state == 'revoked' or not noted or not made or laneOf(l, node) then return false end
  revive(l, node, kind, up, '')
  try('HSET', l.record, 's' .. node, noted)
  try('HDEL', l.record, 'u' .. node)
  try('ZADD', l.ready, 0, string.format('%06d', node))
  try('ZADD', l.due, ms(l.now), l.id)
  return true
end
`

/** Values of slots that one command reads. */
export const BATCH = 500

/** Of a fork, so many targets begin in one step; rows of them count as one. */
const FORKED_AT_ONCE = 200

/**
 * What scripts know of a workflow's record: where a result and a failure go, and what begins then.
 */
export const REACH = `
local fail, reach

local function tell(l, event, ...)
  try('XADD', l.root .. ':~workflows:events', 'MAXLEN', '~', '10000', '*', 'event', event, 'jobId', l.id, ...)
end

local function tellProgress(l, task)
  local settled, all = task.done + task.failed, task.total
  if all < 1 or math.floor(settled * 100 / all) == math.floor((settled - 1) * 100 / all) then return end
  tell(l, 'progress', 'data', string.format('{"done":%d,"failed":%d,"total":%d}', task.done, task.failed, all))
end

local function over(l, state)
  l.state, l.isOver = state, true
  try('HSET', l.record, 'state', state, 'finishedAt', ms(l.now))
  tell(l, state == 'succeeded' and 'completed' or 'failed')
  local owner, lane = unpack(fieldsOf(l, 'ownerId', 'ownerLane'), 1, 2)
  if not owner or not lane then return end
  l.owner, l.ownerLane = owner, lane
  pcall(release, l.root, lane, owner, l.now, true)
end

-- Many side by side are one entry until they are handed out: a wide group must not hold the broker.
local function beginRow(l, from, to, step, got)
  if to < from or step < 1 then return end
  keep(l, got)
  try('ZADD', l.ready, 0, string.format('%06d-%06d/%06d|%s', from, to, step, got.ref))
  l.opened, l.woken, l.hasFree = l.opened + math.floor((to - from) / step) + 1, true, true
end

-- The rest of a fork is one entry, too: after all others, so that it is begun when those are handed out.
local function putOff(l, field, from, got)
  keep(l, got)
  try('ZADD', l.ready, 0, string.format('~%s:%d|%s', field, from, got.ref))
  l.opened, l.woken, l.hasFree, l.isPutOff = l.opened + 1, true, true, true
end

-- field: where in the record the targets are, from that character on.
local function each(l, targets, got, field, from)
  local first, last = string.find(targets, '[^,]+')
  while first do
    if field and (l.forked or 0) >= ${FORKED_AT_ONCE} then return putOff(l, field, from + first - 1, got) end
    l.forked = (l.forked or 0) + 1
    local target = string.sub(targets, first, last)
    local row, to, step = string.match(target, '^%*(%d+)%-(%d+)/(%d+)$')
    if row then
      beginRow(l, tonumber(row), tonumber(to), tonumber(step), got)
    else
      reach(l, target, got)
    end
    first, last = string.find(targets, '[^,]+', last + 1)
  end
end

local function joinAt(l, number)
  local text, gate, pending, failed, fell =
    unpack(fieldsOf(l, 'n' .. number, 'o' .. number, 'p' .. number, 'x' .. number, 'b' .. number), 1, 5)
  local onward, up, size, allows = string.match(text or '', '^j|([^|]*)|([^|]*)|(%d+)|([01])$')
  if not size then return end
  return {
    number = number, onward = onward, up = up, size = tonumber(size), allows = allows == '1', gate = gate,
    pending = tonumber(pending or size) or 0, failed = tonumber(failed or 0) or 0, fell = tonumber(fell or 0) or 0,
  }
end

local function slotOf(target)
  return string.match(target, '^(%d+)%.%d+$')
end

-- What is to hear of a failure, and where that goes from there. What leads in a circle, somebody else wrote.
local function guardAt(l, number)
  l.guards = (l.guards or 0) + 1
  if l.guards > 10000 then return nil, '-' end
  local targets, beyond = string.match(try('HGET', l.record, 'n' .. number) or '', '^g|([^|]*)|([^|]*)$')
  return targets, beyond or '-'
end

local function goOn(l, join)
  try('HSET', l.record, 'o' .. join.number, 'd')
  return reach(l, join.onward, {ref = 'j' .. join.number})
end

-- A join that failed goes on being filled: where what failed runs again, the others' results are there.
local function fill(l, target, got)
  local join = joinAt(l, slotOf(target))
  if not join or join.gate == 'd' then return end
  local value = got.text or string.sub(got.ref, 1, 1) == 'j' and '>' .. string.sub(got.ref, 2) or '[]'
  if try('HSETNX', l.values, target, value) ~= 1 then return end
  local pending = join.pending - 1
  try('HSET', l.record, 'p' .. join.number, pending)
  if pending <= 0 and (join.failed == 0 or join.allows) then return goOn(l, join) end
end

local function succeed(l, got)
  if l.state ~= 'running' then return end
  if got.text then try('HSET', l.values, 'end', got.text) end
  try('HSET', l.record, 'result', got.text and 'end' or got.ref)
  over(l, 'succeeded')
end

reach = function(l, target, got)
  if l.state == 'revoked' or target == '-' then return end
  if target == 'e' then return succeed(l, got) end
  if slotOf(target) then return fill(l, target, got) end
  local node, text = waiting(l, target)
  local kind = string.sub(text or '', 1, 1)
  if node then
    try('HSET', l.record, 's' .. target, begunWith(l, got))
    begin(l, node, got)
  elseif kind == 'f' then
    if try('HSETNX', l.record, 'o' .. target, '1') == 1 then each(l, string.sub(text, 3), got, 'n' .. target, 3) end
  elseif kind == 'p' then
    if try('HSETNX', l.record, 'o' .. target, '1') == 1 then return reach(l, string.match(text, '^p|([^|]*)') or '-', {ref = '[]'}) end
  end
end

local function failSlot(l, target, node, via)
  local join = joinAt(l, slotOf(target))
  if not join or join.gate == 'd' then return end
  if try('HSETNX', l.values, target, '!' .. node) ~= 1 then return end
  local pending, fell = join.pending - 1, join.fell + 1
  try('HSET', l.record, 'p' .. join.number, pending)
  if join.allows then
    if pending <= 0 then return goOn(l, join) end
    return
  end
  -- Which ones failed, one after the other: where one runs again, another is why its group failed.
  local noted = 'b' .. join.number
  try('HSET', l.record, 'x' .. join.number, join.failed + 1, noted, fell, noted .. '.' .. fell, target)
  if join.gate then return end
  try('HSET', l.record, 'o' .. join.number, 'f')
  -- Of a chord, not of a plain group: something is called with the list.
  return fail(l, join.up, node, string.match(join.onward, '^%d+$') and join.number or via)
end

-- Fast: the others of a group go on, and what waits for all of them never runs.
fail = function(l, up, node, via)
  if up == '-' then return end
  if up == 'e' then
    if l.state ~= 'running' then return end
    try('HSET', l.record, 'cause', node)
    if via then try('HSET', l.record, 'via', via) end
    return over(l, 'failed')
  end
  if slotOf(up) then return failSlot(l, up, node, via) end
  local targets, beyond = guardAt(l, up)
  if not targets then return end
  if l.state ~= 'revoked' and try('HSETNX', l.record, 'o' .. up, '1') == 1 then each(l, targets, {ref = 'x' .. node}, 'n' .. up, 3) end
  return fail(l, beyond, node, via)
end
`

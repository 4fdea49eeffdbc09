/**
 * What all scripts know of a workflow's record. `l` is a workflow under way in a script. Nothing here raises an error: what
 * somebody else wrote is read as nothing, so that a job's end, which this is a part of, is never cut in two.
 */
export const RECORD = `
local function try(...)
  local reply = redis.pcall(...)
  if type(reply) == 'table' and reply.err then return nil end
  return reply
end

local function ledgerTime()
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end

local function ms(number) return string.format('%.0f', number) end

local function ledgerOf(root, id)
  local record = root .. '~workflow:' .. id
  return {
    id = id, root = root, record = record, values = record .. ':values', ready = record .. ':ready',
    due = root .. '~workflows', now = ledgerTime(), opened = 0, woken = false, given = {},
  }
end

local function fieldsOf(l, ...)
  return try('HMGET', l.record, ...) or {}
end
`

/** Where jobs of nodes are, and what these began with. */
export const PLACES = `
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
`

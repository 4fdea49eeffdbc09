import { PLACES, RECORD } from './record-script.js'

/**
 * Notes in their workflows' records that jobs were added, of those that are there. For each workflow: its id, how many
 * nodes, and of each its number and the lane that its job was put into. One script for many workflows: chains that go on
 * side by side have one job each.
 */
export const ACK = `${RECORD}${PLACES}
-- A job that nobody wants any more: it was made too late. Whoever takes it ends it.
local function refuse(job)
  local fields = try('HMGET', job, 'name', 'finishedOn') or {}
  if fields[1] and not fields[2] then try('HSET', job, 'defa', 'revoked: its workflow has no need of it') end
end

local function statesOf(l, from, to)
  local names = {'state'}
  for at = from, to, 2 do names[#names + 1] = 's' .. ARGV[at] end
  return fieldsOf(l, unpack(names))
end

-- Nearly always all of them are there, which one command says.
local function areThere(l, from, to)
  local jobs = {}
  for at = from, to, 2 do jobs[#jobs + 1] = l.root .. ':' .. ARGV[at + 1] .. ':' .. l.id .. '~' .. ARGV[at] end
  return try('EXISTS', unpack(jobs)) == #jobs
end

local function noteAdded(l, done)
  if #done.members > 0 then try('ZREM', l.ready, unpack(done.members)) end
  if #done.calls == 0 then return end
  try('HSET', l.record, unpack(done.states))
  try('HDEL', l.record, unpack(done.calls))
  for ref, node in pairs(done.inputs) do dropInput(l, node, ref) end
end

local function ack(l, from, to)
  local stand, done = statesOf(l, from, to), {states = {}, calls = {}, members = {}, inputs = {}}
  local isThere = areThere(l, from, to)
  for at = from, to, 2 do
    local node, lane = ARGV[at], ARGV[at + 1]
    local function jobIn(place) return l.root .. ':' .. place .. ':' .. l.id .. '~' .. node end
    local state = stand[(at - from) / 2 + 2] or ''
    local kind = string.sub(state, 1, 1)
    local place = kind == 'q' and ((isThere or try('EXISTS', jobIn(lane)) == 1) and lane or laneOf(l, node))
    if place then
      done.states[#done.states + 1] = 's' .. node
      done.states[#done.states + 1] = 'a' .. place
      done.calls[#done.calls + 1] = 'c' .. node
      local ref = string.match(state, '^q(%d+)$')
      if ref then done.inputs[ref] = node end
      if stand[1] == 'revoked' then refuse(jobIn(place)) end
    end
    if kind ~= 'q' and kind ~= 'a' then refuse(jobIn(lane)) end
    if place or kind ~= 'q' then done.members[#done.members + 1] = string.format('%06d', node) end
  end
  noteAdded(l, done)
end

local root, at = ARGV[1], 2
while at < #ARGV do
  local last = at + 1 + 2 * tonumber(ARGV[at + 1])
  ack(ledgerOf(root, ARGV[at]), at + 2, last)
  at = last + 1
end
return 1
`

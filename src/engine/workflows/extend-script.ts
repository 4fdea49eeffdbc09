import { LEDGER_PARTS } from './ledger-script.js'

/** Fields that one command copies. */
const COPIED = 1000

/**
 * The nodes of a draft become a part of a workflow, and one more member of a group's join, in one step: where the group
 * still waits for others, and nobody else has added nodes meanwhile. Sent again, it tells what it was.
 */
export const EXTEND = `${LEDGER_PARTS}
local draft = KEYS[1]
local root, id, fields, base, nodes, join, size, mark, member, start, total, shape, most = unpack(ARGV)
local l = ledgerOf(root, id)
local function done(code, what)
  redis.call('DEL', draft)
  return {code, what}
end
local known = fieldsOf(l, 'm' .. mark, 'nodes', 'state')
if known[1] then return done(2, known[1]) end
l.state = known[3]
local group = more().joinAt(l, join)
if not group or group.gate == 'd' or not l.state or l.state == 'revoked' then return done(0, false) end
if known[2] ~= base or ms(group.size) ~= size then return done(3, false) end
if redis.call('HLEN', draft) ~= tonumber(fields) then return done(-1, false) end
local all = redis.call('HGETALL', draft)
for from = 1, #all, ${COPIED} do
  redis.call('HSET', l.record, unpack(all, from, math.min(#all, from + ${COPIED} - 1)))
end
local text = string.format('j|%s|%s|%.0f|%s', group.onward, group.up, group.size + 1, group.allows and '1' or '0')
redis.call('HSET', l.record, 'n' .. join, text, 'p' .. join, group.pending + 1, 'm' .. mark, member,
  'nodes', nodes, 'total', total, 'shape', shape)
more().each(l, start, {ref = ''})
close(l)
done(1, false)
return {1, answer(l, tonumber(most))}
`

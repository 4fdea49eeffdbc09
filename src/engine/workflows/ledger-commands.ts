import type { Connection } from '../connection/connection.js'
import { ACK } from './ack-script.js'
import { LEASE_MS } from './begin-script.js'
import { EXTEND } from './extend-script.js'
import { LEDGER_PARTS } from './ledger-script.js'
import type { MoveReply } from './move-reply.js'
import { RECORD } from './record-script.js'

/** A workflow that goes on is looked at so long after its last job was made; an old one more rarely. */
const LOOK_MS = 60_000
const LATE_LOOK_MS = 600_000

/** So many are looked at for each that is handed out: most may go on by themselves. */
const LOOKED_AT = 10

/** Progress is told for so long after somebody said that they follow it. */
export const WATCHED_MS = 60_000

/**
 * A draft becomes the workflow, in one step, where it is complete and no other has its id. Sent again since its answer
 * was lost, it tells that it is this one.
 */
const OPEN = `${LEDGER_PARTS}
local draft, list = unpack(KEYS)
local root, id, fields, start, call, most, has = unpack(ARGV)
local l = ledgerOf(root, id)
l.has = tonumber(has)
if redis.call('EXISTS', l.record) == 1 then
  redis.call('DEL', draft)
  if try('HGET', l.record, 'call') == call then return {2, false} end
  return {0, false}
end
if redis.call('HLEN', draft) ~= tonumber(fields) then return {-1, false} end
redis.call('DEL', l.values, l.ready)
redis.call('RENAME', draft, l.record)
redis.call('PERSIST', l.record)
l.state = 'running'
redis.call('HSET', l.record, 'state', 'running', 'call', call, 'createdAt', ms(l.now), 'done', 0, 'failed', 0)
-- Each that is made looks at some others, so that the list does not grow by those that are gone.
local count = redis.call('ZCARD', list)
local rank = count > 0 and tonumber(redis.call('TIME')[2]) % count or 0
for _, other in ipairs(redis.call('ZRANGE', list, rank, rank + 2)) do
  if redis.call('EXISTS', ledgerOf(root, other).record) == 0 then redis.call('ZREM', list, other) end
end
redis.call('ZADD', list, ms(l.now), id)
stirred(l, l.now + ${LEASE_MS})
l.most = tonumber(most)
more().each(l, start, {ref = ''}, 'start', 1)
if l.isPutOff then try('HSET', l.record, 'start', start) end
close(l)
return {1, answer(l, l.most)}
`

const TAKE = `${LEDGER_PARTS}
local root, id, most, has = unpack(ARGV)
local l = ledgerOf(root, id)
l.has = tonumber(has)
l.state, l.anyTime = unpack(fieldsOf(l, 'state', 'anyTime'), 1, 2)
if not l.state then return false end
if l.state == 'revoked' then
  more().dropFree(l)
  close(l)
  return false
end
l.woken, l.hasFree = true, true
return answer(l, tonumber(most))
`

const FAIL = `${LEDGER_PARTS}
local root, id, node, failure, most, tries, forMs = unpack(ARGV)
local l = ledgerOf(root, id)
local state, before = unpack(fieldsOf(l, 's' .. node, 't' .. node), 1, 2)
if string.sub(state or '', 1, 1) == 'q' then
  local count, first = string.match(before or '', '^(%d+)|(%d+)$')
  count, first = (tonumber(count) or 0) + 1, tonumber(first) or l.now
  if count < tonumber(tries) or l.now - first < tonumber(forMs) then
    try('HSET', l.record, 't' .. node, count .. '|' .. ms(first))
    return 0
  end
end
if before then try('HDEL', l.record, 't' .. node) end
return settle(l, node, 'f', failure, tonumber(most), 'q')
`

const REVOKE = `${LEDGER_PARTS}
local root, id, reason, by = unpack(ARGV)
local l = ledgerOf(root, id)
local told = fieldsOf(l, 'state', 'open', 'revokedBy')
-- One that was cut off half-way goes on. One that is sent again, since its answer was lost, tells what it did.
if told[1] == 'revoked' and ((tonumber(told[2] or 0) or 0) > 0 or told[3] == by) then return 1 end
if told[1] ~= 'running' then return 0 end
l.state = 'revoked'
try('HSET', l.record, 'reason', reason, 'revokedBy', by)
more().over(l, 'revoked')
more().dropFree(l)
stirred(l, l.now + ${LEASE_MS})
close(l)
return 1
`

const DUE = `${RECORD}
local root, most = ARGV[1], tonumber(ARGV[2])
local now, due = ledgerTime(), {}
-- When the first lease of what is ready is over, if anything is.
local function readyAt(l)
  return tonumber((try('ZRANGE', l.ready, 0, 0, 'WITHSCORES') or {})[2] or nil)
end
local function look(l, asked, told)
  local mendAt, free = tonumber(told[3] or nil) or 0, readyAt(l)
  -- What goes on by itself is left alone between two looks for jobs that are gone; unless somebody asked for one now.
  local isWanted = asked <= 0 or mendAt <= now or told[1] ~= 'running' or told[4] or free and free <= now
  local later = math.max(1, math.min(mendAt, free or mendAt) - now)
  if isWanted then
    local age = now - (tonumber(told[2] or nil) or now)
    later = math.min(${LATE_LOOK_MS}, math.max(${LOOK_MS}, age / 10))
    try('HSET', l.record, 'mendAt', ms(now + later))
    -- Whoever is told of it may be gone before it has made jobs of what is ready.
    if free then later = ${LEASE_MS} end
    due[#due + 1] = l.id
  end
  redis.call('ZADD', KEYS[1], ms(now + later), l.id)
  try('HSET', l.record, 'look', ms(now + later))
end
local found = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ms(now), 'WITHSCORES', 'LIMIT', 0, ${LOOKED_AT} * most)
for at = 1, #found, 2 do
  if #due >= most then break end
  local l = ledgerOf(root, found[at])
  local told = fieldsOf(l, 'state', 'createdAt', 'mendAt', 'reason')
  if told[1] then
    look(l, tonumber(found[at + 1]), told)
  else
    redis.call('ZREM', KEYS[1], l.id)
  end
end
return due
`

/** Somebody follows how far it comes. */
const WATCH = `${RECORD}
if redis.call('EXISTS', KEYS[1]) == 1 then try('HSET', KEYS[1], 'watched', ms(ledgerTime() + ${WATCHED_MS})) end
return 1
`

const FORGET = `${RECORD}
local root, id = unpack(ARGV)
local l = ledgerOf(root, id)
local told = fieldsOf(l, 'state', 'open')
if not told[1] or told[1] == 'running' or (tonumber(told[2] or 0) or 0) > 0 then return 0 end
redis.call('DEL', l.record, l.values, l.ready)
redis.call('ZREM', KEYS[1], id)
redis.call('ZREM', l.due, id)
return 1
`

const SCRIPTS = {
  taskqWorkflowOpen: [2, OPEN],
  taskqWorkflowExtend: [1, EXTEND],
  taskqWorkflowTake: [1, TAKE],
  taskqWorkflowAck: [1, ACK],
  taskqWorkflowFail: [1, FAIL],
  taskqWorkflowRevoke: [1, REVOKE],
  taskqWorkflowDue: [1, DUE],
  taskqWorkflowWatch: [1, WATCH],
  taskqWorkflowForget: [1, FORGET],
} as const

type Text = string | number

/** A connection that has learnt the scripts. Each takes its keys, then the app's root and the rest of its arguments. */
export interface LedgerCommands {
  taskqWorkflowOpen(draft: string, list: string, ...args: Text[]): Promise<[-1 | 0 | 1 | 2, MoveReply]>
  taskqWorkflowExtend(draft: string, ...args: Text[]): Promise<[-1 | 0 | 1 | 2 | 3, MoveReply | string]>
  taskqWorkflowTake(record: string, ...args: Text[]): Promise<MoveReply>
  taskqWorkflowAck(record: string, ...args: Text[]): unknown
  taskqWorkflowFail(record: string, ...args: Text[]): Promise<MoveReply | 0>
  taskqWorkflowRevoke(record: string, ...args: Text[]): Promise<number>
  taskqWorkflowDue(workflows: string, ...args: Text[]): Promise<string[]>
  taskqWorkflowWatch(record: string): Promise<number>
  taskqWorkflowForget(list: string, ...args: Text[]): Promise<number>
}

/** Teaches the connection this folder's scripts. A pipeline knows what its connection knew when it was made. */
export function ledgerCommands(connection: Connection): LedgerCommands {
  if (!('taskqWorkflowOpen' in connection)) {
    for (const [name, [numberOfKeys, lua]] of Object.entries(SCRIPTS)) {
      connection.defineCommand(name, { numberOfKeys, lua })
    }
  }
  return connection as unknown as LedgerCommands
}

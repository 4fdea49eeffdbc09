import type { Connection } from '../connection/connection.js'
import type { Keys } from '../keys.js'

/**
 * What was revoked is told for so long; an id that was revoked before its job came is remembered for so long. The keys
 * live twice as long after the last revoke.
 */
export const REVOKE_TTL_MS = 7 * 24 * 3_600_000
/** The most that are kept of either; the oldest go first. */
const MAX_FACTS = 50_000

/**
 * Keeps what came of a revoke, beside the job: it outlives all workers, and jobs that leave no trace. A script that has
 * this part sets `revokes, facts, id, caller, fact` and `call` before it; without a fact, nothing is kept.
 *
 * The outcome stands first in the stored JSON, so that a call that is sent again since its answer was lost tells what it
 * did. One that came too late does not hide what came of the one before it.
 */
export const REMEMBER = `
local function clock()
  local time = call('TIME')
  return tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end

local function outcomeOf(stored)
  return string.match(stored, '^{"outcome":"([%a-]+)"')
end

local function toldBefore()
  local stored = fact ~= '' and call('HGET', facts, id)
  if stored and string.find(stored, '"call":"' .. caller .. '"', 1, true) then return outcomeOf(stored) end
end

local function forget(ids)
  for _, old in ipairs(ids) do
    call('ZREM', revokes, old)
    call('HDEL', facts, old)
  end
end

local function store(name, text)
  local at = clock()
  call('HSET', facts, name, string.sub(text, 1, -2) .. ',"at":' .. string.format('%.0f', at) .. '}')
  call('ZADD', revokes, string.format('%.0f', at), name)
  forget(call('ZRANGEBYSCORE', revokes, '-inf', string.format('%.0f', at - ${REVOKE_TTL_MS}), 'LIMIT', 0, 100))
  local over = call('ZCARD', revokes) - ${MAX_FACTS}
  if over > 0 then forget(call('ZRANGE', revokes, 0, math.min(over, 100) - 1)) end
  call('PEXPIRE', revokes, ${2 * REVOKE_TTL_MS})
  call('PEXPIRE', facts, ${2 * REVOKE_TTL_MS})
end

local function remember(outcome, task)
  if fact == '' then return outcome end
  local stored = call('HGET', facts, id)
  if outcome == 'too-late' and stored and outcomeOf(stored) ~= 'unknown' then return outcome end
  local named = task == '' and '' or '"task":' .. cjson.encode(string.sub(task, 1, 200)) .. ','
  store(id, '{"outcome":"' .. outcome .. '",' .. named .. string.sub(fact, 2))
  return outcome
end
`

/** Keeps what is told of a revoke of many. */
const KEEP = `
local revokes, facts = unpack(KEYS)
local call = redis.call
${REMEMBER}
store(ARGV[1], ARGV[2])
`

/** Keeps the id of a job that may come: it is ended before it runs. A script that has this part sets `ahead`, too. */
export const KEEP_AHEAD = `
local function keepAhead()
  local now = clock()
  call('ZREMRANGEBYSCORE', ahead, '-inf', string.format('%.0f', now))
  call('ZADD', ahead, string.format('%.0f', now + ${REVOKE_TTL_MS}), id)
  local over = call('ZCARD', ahead) - ${MAX_FACTS}
  if over > 0 then call('ZREMRANGEBYRANK', ahead, 0, over - 1) end
  call('PEXPIRE', ahead, ${2 * REVOKE_TTL_MS})
end
`

/** Remembers an id of which there is no job. */
const AHEAD = `
local revokes, facts, ahead = unpack(KEYS)
local id, caller, fact = unpack(ARGV)
local call = redis.call
${REMEMBER}
${KEEP_AHEAD}
if toldBefore() then return 1 end
remember('unknown', '')
keepAhead()
return 1
`

/**
 * Asks whether a job was revoked before it came. If so, that becomes a note in the job itself, in the same step: it
 * comes along wherever the job goes, and one that is retried later is not ended a second time.
 */
const CLAIM = `
local ahead, facts, job = unpack(KEYS)
local id, mark = unpack(ARGV)
local call = redis.call
local noted = call('HGET', job, 'defa')
if noted then return noted end
local till = call('ZSCORE', ahead, id)
if not till then return false end
call('ZREM', ahead, id)
local time = call('TIME')
if tonumber(till) < tonumber(time[1]) * 1000 then return false end
local stored = call('HGET', facts, id) or '{}'
local read, fact = pcall(cjson.decode, stored)
local reason = read and type(fact) == 'table' and type(fact.reason) == 'string' and fact.reason or 'it was revoked before it came'
call('HSET', facts, id, (string.gsub(stored, '^{"outcome":"unknown"', '{"outcome":"removed"', 1)))
call('HSET', job, 'defa', mark .. reason)
return mark .. reason
`

/** A connection that has learnt the scripts. */
interface Scripted {
  taskqKeepRevoke(...keysAndArgs: string[]): Promise<unknown>
  taskqRevokeAhead(...keysAndArgs: string[]): Promise<number>
  taskqClaimRevoke(...keysAndArgs: string[]): Promise<string | null>
}

/** Keeps what is told of a revoke of many, under the name of that. */
export async function keepRevoke(redis: Connection, { revokes, revokeFacts }: Keys, name: string, fact: object) {
  if (!('taskqKeepRevoke' in redis)) redis.defineCommand('taskqKeepRevoke', { numberOfKeys: 2, lua: KEEP })
  await (redis as unknown as Scripted).taskqKeepRevoke(revokes, revokeFacts, name, JSON.stringify(fact))
}

/** Remembers an id of which there is no job. `call` names the call, `fact` is its JSON, without the outcome. */
export async function revokeAhead(redis: Connection, keys: Keys, id: string, call: string, fact: string) {
  if (!('taskqRevokeAhead' in redis)) redis.defineCommand('taskqRevokeAhead', { numberOfKeys: 3, lua: AHEAD })
  const scripted = redis as unknown as Scripted
  await scripted.taskqRevokeAhead(keys.revokes, keys.revokeFacts, keys.revokedAhead, id, call, fact)
}

/** The note of a job that was revoked, before it came or since; null where it was not. */
export function claimRevoke(redis: Connection, keys: Keys, jobKey: string, id: string, mark: string) {
  if (!('taskqClaimRevoke' in redis)) redis.defineCommand('taskqClaimRevoke', { numberOfKeys: 3, lua: CLAIM })
  return (redis as unknown as Scripted).taskqClaimRevoke(keys.revokedAhead, keys.revokeFacts, jobKey, id, mark)
}

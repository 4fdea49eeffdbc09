import type { Connection } from '../connection/connection.js'
import { RELEASE } from '../jobs/release-script.js'
import { GIVEN } from './claim-field.js'

/** When a claim is next looked at, where a job waits for another's end, and where none does: then spread over a while. */
const SOON_MS = 60_000
const LATE_MS = 3_600_000

/**
 * What all scripts know of claims. A claim is a hash that says which job stands for the calls of one key: its lane and
 * id; where only the latest call is to wait, the job that waits for it, too. A claim holds **as long as its job lives**:
 * nothing that ends a job has to know of it, and none is left behind by a crash.
 *
 * The jobs that a claim names are in whatever lanes they went to; their keys are made here. They are in the slot of all
 * others of the app.
 */
export const CLAIMS = `
local function isOver(root, lane, id)
  local fields = redis.call('HMGET', root .. ':' .. lane .. ':' .. id, 'name', 'finishedOn')
  return not fields[1] or fields[2] ~= false
end

local function isOfId(claim)
  return string.match(claim, '^{[^}]*}~same:${GIVEN}:') ~= nil
end

local function hasBegun(root, lane, id)
  return redis.call('HEXISTS', root .. ':' .. lane .. ':' .. id, 'processedOn') == 1
end

local function brokerTime()
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end

-- Where a job waits for another's end, soon; else a look only saves memory. Claims of one moment are not all due in one.
local function lookAgain(claims, claim, now)
  local waits = redis.call('HEXISTS', claim, 'nextId') == 1
  local late = isOfId(claim) and ${LATE_MS * 12} or ${LATE_MS}
  local spread = tonumber(redis.call('TIME')[2]) % 1000 / 1000 * late
  redis.call('ZADD', claims, string.format('%.0f', now + (waits and ${SOON_MS} or late + spread)), claim)
end

${RELEASE}
local function settle(claim)
  local root = string.match(claim, '^({[^}]*})~same:')
  if not root then return 0 end
  local claims = root .. '~claims'
  local fields = redis.call('HMGET', claim, 'lane', 'id', 'nextLane', 'nextId')
  local now = brokerTime()
  local isKept = fields[2] and isOfId(claim) and redis.call('EXISTS', root .. ':' .. fields[1] .. ':' .. fields[2]) == 1
  if isKept or fields[2] and not isOver(root, fields[1], fields[2]) then
    lookAgain(claims, claim, now)
    return 1
  end
  if fields[4] and not isOver(root, fields[3], fields[4]) then
    redis.call('HSET', claim, 'lane', fields[3], 'id', fields[4])
    redis.call('HDEL', claim, 'nextLane', 'nextId')
    lookAgain(claims, claim, now)
    release(root, fields[3], fields[4], now)
    return 1
  end
  redis.call('DEL', claim)
  redis.call('ZREM', claims, claim)
  return 0
end
`

/** A job that runs again stands again for calls like its own, where no other one does meanwhile. */
export const CLAIM_AGAIN = `
local function claimAgain(job, lane, id)
  local claim = claimOf(job)
  if not claim or settle(claim) == 1 then return end
  redis.call('HSET', claim, 'lane', lane, 'id', id)
  settle(claim)
end
`

const SETTLE = `${CLAIMS}
for _, claim in ipairs(KEYS) do settle(claim) end
return #KEYS
`

/** Settles those that are due: their jobs may have ended where nobody noticed. */
const SETTLE_DUE = `${CLAIMS}
local due = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', brokerTime()), 'LIMIT', 0, ARGV[1])
for _, claim in ipairs(due) do
  local isClaim = redis.call('TYPE', claim).ok == 'hash' and string.match(claim, '^{[^}]*}~same:')
  if isClaim then settle(claim) else redis.call('ZREM', KEYS[1], claim) end
end
return #due
`

/** A connection that has learnt the scripts. */
interface Scripted {
  taskqSettle(count: number, ...claims: string[]): Promise<number>
  taskqSettleDue(claims: string, atMost: number): Promise<number>
}

function scripted(connection: Connection): Scripted {
  if (!('taskqSettle' in connection)) {
    connection.defineCommand('taskqSettle', { lua: SETTLE })
    connection.defineCommand('taskqSettleDue', { numberOfKeys: 1, lua: SETTLE_DUE })
  }
  return connection as unknown as Scripted
}

/** A job has ended that held this claim, or waited for its holder: frees it for the next. */
export async function settleClaim(connection: Connection, claim: string): Promise<void> {
  await scripted(connection).taskqSettle(1, claim)
}

/** Claims in one script: short enough that no other client waits noticeably. */
const STEP = 200
/** Steps of one sweep: what is left then is due in the next. */
const MAX_STEPS = 50

/** Frees claims whose jobs ended where nobody noticed: they were removed, or their worker died. */
export async function sweepClaims(connection: Connection, claims: string): Promise<void> {
  for (let step = 0; step < MAX_STEPS; step++) {
    if ((await scripted(connection).taskqSettleDue(claims, STEP)) < STEP) return
  }
}

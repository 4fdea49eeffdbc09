import type { JobFailure } from '../../errors/job-failure.js'
import type { Connection } from '../connection/connection.js'
import type { Keys } from '../keys.js'
import { LEDGER, MOST_HANDED } from './ledger-script.js'
import type { MoveReply } from './move-reply.js'

/** What a part failed with whose job is gone. */
export const lostFailure = (why: string): JobFailure => ({
  ...{ name: 'TaskqError', code: 'TASKQ_WORKFLOW_LOST' },
  message: `a job of the workflow is gone, and nobody knows what it came to: ${why}`,
})

/**
 * Tells a workflow of the end of a part that it does not know of: the job has ended, or is in no lane any more. One step
 * of the broker: a job that goes to another lane meanwhile, or runs again, is not taken for lost.
 */
const MEND = `
${LEDGER}
local root, id, lost = unpack(ARGV)
local function endIn(lane)
  local at = root .. ':' .. lane .. ':'
  local job = redis.pcall('HMGET', at .. id, 'name', 'finishedOn', 'returnvalue', 'failure', 'failedReason')
  if job.err or not job[1] and redis.call('EXISTS', at .. id) == 0 then return end
  if not job[2] then return 'goes on' end
  if not redis.call('ZSCORE', at .. 'completed', id) then
    return 'f', job[4] or cjson.encode({name = 'Error', message = job[5] or lost})
  end
  local large = redis.call('GET', root .. '~result:' .. id)
  local stored = '{"id":' .. cjson.encode(id) .. ',"stored":' .. (job[3] or 'null')
  return 'd', stored .. (large and ',"large":' .. cjson.encode(large) or '') .. '}'
end

-- It went to another lane: the next look is to find it at once.
local function noteLane(lane)
  local node = string.match(id, '~(%d+)$')
  local state = redis.pcall('HGET', KEYS[1], 's' .. node)
  if type(state) == 'string' and string.sub(state, 1, 1) == 'a' then redis.call('HSET', KEYS[1], 's' .. node, 'a' .. lane) end
end

local how, payload = 'f', lost
-- Looked up in the same step: a lane may be new.
for _, lane in ipairs(redis.call('SMEMBERS', root .. '~lanes')) do
  local found, text = endIn(lane)
  if found == 'goes on' then
    noteLane(lane)
    return false
  end
  if found then how, payload = found, text end
end
return settleNode(root, id, how, payload, ${MOST_HANDED})
`

/** A connection that has learnt the script. */
interface Scripted {
  taskqMendPart(...keysAndArgs: string[]): Promise<MoveReply>
}

/** Runs the script for one part. */
export function runMend(connection: Connection, keys: Keys, workflow: string, id: string) {
  if (!('taskqMendPart' in connection)) connection.defineCommand('taskqMendPart', { numberOfKeys: 1, lua: MEND })
  const lost = JSON.stringify(lostFailure('it was removed, or the broker lost it'))
  return (connection as unknown as Scripted).taskqMendPart(keys.workflow(workflow), keys.prefix, id, lost)
}

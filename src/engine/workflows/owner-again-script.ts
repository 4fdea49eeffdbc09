import { RETRY_CALL_FIELD } from '../jobs/retry-call-field.js'
import { CRASHES_FIELD } from '../locks/crash-records.js'
import { WAITS_FOR_OPTION } from './wait-script.js'

/**
 * The part of scripts that run a failed job again: where its workflow goes on by that, and a job had failed as that
 * workflow did, that job waits for it again, and its own workflow goes on, too. So on, up to the outermost one.
 * Each of them is marked with the call, where that is given: it is left alone by what else the call does.
 */
export const OWNERS_AGAIN = `
local function waitedFor(job)
  local stored = redis.call('HGET', job, 'opts') or ''
  if not string.find(stored, '"${WAITS_FOR_OPTION}":', 1, true) then return end
  local read, options = pcall(cjson.decode, stored)
  local workflow = read and type(options) == 'table' and options['${WAITS_FOR_OPTION}']
  return type(workflow) == 'string' and workflow or nil
end

local function waitAgain(job, at, id, workflow, now)
  if not redis.call('ZSCORE', at .. 'failed', id) or waitedFor(job) ~= workflow then return false end
  redis.call('ZREM', at .. 'failed', id)
  redis.call('HDEL', job, 'finishedOn', 'failedReason', 'failure', 'stacktrace', 'stc', '${CRASHES_FIELD}', 'defa')
  redis.call('HSET', job, 'aside', (redis.call('HGET', job, 'ats') or '0') .. ':it ends as ' .. workflow .. ' does')
  redis.call('ZADD', at .. 'waiting-children', now, id)
  redis.call('XADD', at .. 'events', 'MAXLEN', '~', 10000, '*', 'event', 'waiting-children', 'jobId', id, 'prev', 'failed')
  return true
end

local function ownersAgain(root, id, now, atAnyTime, retryCall)
  local workflow = string.match(id, '^(w_[^~]+)~%d+$')
  while workflow do
    local told = redis.pcall('HMGET', root .. '~workflow:' .. workflow, 'state', 'ownerId', 'ownerLane')
    if told.err or told[1] ~= 'running' or not told[2] or not told[3] then return end
    local owner, lane = told[2], told[3]
    local at = root .. ':' .. lane .. ':'
    if not waitAgain(at .. owner, at, owner, workflow, now) then return end
    claimAgain(at .. owner, lane, owner)
    if retryCall then redis.call('HSET', at .. owner, '${RETRY_CALL_FIELD}', retryCall) end
    reviveNode(root, owner, lane, atAnyTime)
    workflow = string.match(owner, '^(w_[^~]+)~%d+$')
  end
end
`

import type { Connection } from '../connection/connection.js'
import { engineScript } from '../engine-script.js'
import type { Keys } from '../keys.js'
import { WAITS_SINCE_FIELD } from '../lanes/waits-since.js'
import { CRASHES_FIELD } from '../locks/crash-records.js'
import { CLAIM_OF, IS_JOB } from '../same-jobs/claim-field.js'
import { CLAIM_AGAIN, CLAIMS } from '../same-jobs/settle-script.js'
import { LEDGER } from '../workflows/ledger-script.js'
import { OWNERS_AGAIN } from '../workflows/owner-again-script.js'
import { WAITS_FOR_OPTION } from '../workflows/wait-script.js'
import { RETRY_CALL_FIELD } from './retry-call-field.js'

/**
 * What the script tells of each job: {@link RETRIED}, {@link NOT_THERE}, not failed (-3), {@link LEFT_REVOKED},
 * {@link LEFT_EXPIRED}, {@link ENDED_AS_FAILED}.
 */
export type RetryCode = 1 | -1 | -3 | -10 | -11 | -12
/** It runs again. */
export const RETRIED = 1
/** It is not there. */
export const NOT_THERE = -1
/** It was revoked, and those were to be left alone. */
export const LEFT_REVOKED = -10
/** It expired, and those were to be left alone. */
export const LEFT_EXPIRED = -11
/** It ended as a workflow that failed, and those were to be left: they go on as that does. */
export const ENDED_AS_FAILED = -12

/** The option of a job that says that it is wanted after its time, too: whoever ran it again had not to leave it alone. */
export const ANY_TIME_OPTION = 'anyTime'

/** The field of a job that tells, as JSON, what operators did with it: a list, the oldest first. */
export const AUDIT_FIELD = 'audit'
/** The payload that a job had before the first edit of it. */
export const FIRST_DATA_FIELD = 'firstData'
/** A list that is longer, in bytes, is begun anew. */
const LONGEST_AUDIT = 16_384

/** A failure of taskq's own making is short. */
const LONGEST_OWN = 65_536

/**
 * Puts failed jobs back into their queue, as the engine's own script does for one: it is a part of this one. Attempts
 * and crashes are counted anew; why it failed is kept in its tries only. Each is marked with the call, so that a call
 * that is sent again since its answer was lost tells what it did, and does nothing twice. The workflow of a part goes on
 * from there, in the same step; and whatever had failed as that workflow did.
 */
const retryOf = (reprocessJob: string): string => `
local function reprocess(KEYS, ARGV)
${reprocessJob}
end

${CLAIMS}
${CLAIM_OF}
${IS_JOB}
${CLAIM_AGAIN}
${LEDGER}
${OWNERS_AGAIN}
local events, failed, wait, meta, active, marker, prioritized, counter = unpack(KEYS, 1, 8)
local retryCall, leavesEnded, leavesOwners, audit, data = ARGV[1], ARGV[2] == '1', ARGV[3] == '1', ARGV[4], ARGV[5]
local root = string.match(wait, '^{[^}]*}')
local lane = string.match(wait, '^{[^}]*}:(.*):wait$')
local now = string.format('%.0f', brokerTime())

local function endOf(job)
  if redis.call('HSTRLEN', job, 'failure') > ${LONGEST_OWN} then return end
  local read, failure = pcall(cjson.decode, redis.call('HGET', job, 'failure') or '')
  if not (read and type(failure) == 'table' and failure.name == 'TaskqError') then return end
  if failure.code == 'TASKQ_JOB_REVOKED' then return ${LEFT_REVOKED} end
  if failure.code == 'TASKQ_JOB_EXPIRED' then return ${LEFT_EXPIRED} end
end

local function endedAsFailed(job)
  local workflow = waitedFor(job)
  return workflow and redis.pcall('HGET', root .. '~workflow:' .. workflow, 'state') == 'failed'
end

local function note(job)
  local entry = '{"at":' .. now .. ',' .. string.sub(audit, 2)
  local kept = redis.call('HGET', job, '${AUDIT_FIELD}') or ''
  local before = #kept > 2 and #kept < ${LONGEST_AUDIT} and string.sub(kept, 1, -2) .. ',' or '['
  redis.call('HSET', job, '${AUDIT_FIELD}', before .. entry .. ']')
end

-- It is wanted after its time, too, where it had not to be left alone; and runs anew, also where it had ended as a workflow did.
local function mendOptions(job)
  local stored = redis.call('HGET', job, 'opts') or '{}'
  local hasWaited = string.find(stored, '"${WAITS_FOR_OPTION}":', 1, true)
  if leavesEnded and not hasWaited then return end
  local read, options = pcall(cjson.decode, stored)
  if not (read and type(options) == 'table') then return end
  options['${WAITS_FOR_OPTION}'] = nil
  if not leavesEnded then options['${ANY_TIME_OPTION}'] = 1 end
  redis.call('HSET', job, 'opts', cjson.encode(options))
end

local function edit(job)
  if data == '' then return end
  redis.call('HSETNX', job, '${FIRST_DATA_FIELD}', redis.call('HGET', job, 'data') or '')
  redis.call('HSET', job, 'data', data)
end

local function retry(job, id)
  if not isJob(job) then return ${NOT_THERE} end
  local marked = redis.call('HGET', job, '${RETRY_CALL_FIELD}')
  if marked == retryCall then return ${RETRIED} end
  if not redis.call('ZSCORE', failed, id) then return -3 end
  local ended = leavesEnded and endOf(job)
  if ended then return ended end
  if leavesOwners and endedAsFailed(job) then return ${ENDED_AS_FAILED} end
  local keys = {job, events, failed, wait, meta, active, marker, prioritized, counter}
  local code = reprocess(keys, {id, 'LPUSH', 'failedReason', 'failed', '1', '0'})
  if code == 1 then
    claimAgain(job, lane, id)
    redis.call('HDEL', job, 'stc', '${CRASHES_FIELD}', 'defa', 'failure', 'stacktrace')
    redis.call('HSET', job, '${RETRY_CALL_FIELD}', retryCall, '${WAITS_SINCE_FIELD}', now)
    note(job)
    edit(job)
    mendOptions(job)
    reviveNode(root, id, lane, not leavesEnded)
    ownersAgain(root, id, now, not leavesEnded, retryCall)
  end
  return code
end

local codes = {}
for index = 9, #KEYS do
  codes[index - 8] = retry(KEYS[index], ARGV[index - 3])
end
return codes
`

const PARTS = ['events', 'failed', 'wait', 'meta', 'active', 'marker', 'prioritized', 'pc']

/** A connection that has learnt the script. */
interface Scripted {
  taskqRetry(count: number, ...keysAndArgs: (string | number)[]): Promise<RetryCode[]>
}

/** How jobs are run again. */
export interface RetryCall {
  /** Names the call: a job that it ran again already is not run once more. */
  readonly call: string
  /** Leaves those alone that were revoked or have expired. Without it, those that run again do so at any time. */
  readonly leaveRevoked?: boolean
  /** Leaves those alone that ended as a workflow did which failed. Without it, they run anew. */
  readonly leaveOwners?: boolean
  /** Who asked for it, for people. It is kept with each job. */
  readonly by?: string
  /** Another payload, encoded, for the one job that is run again. The first one is kept with it. */
  readonly data?: string
}

/** Runs the script for jobs of one lane. The engine's scripts must be loaded. */
export function runRetry(
  connection: Connection,
  keys: Keys,
  lane: string,
  ids: readonly string[],
  { call, leaveRevoked = false, leaveOwners = false, by = '', data }: RetryCall,
): Promise<RetryCode[]> {
  if (!('taskqRetry' in connection))
    connection.defineCommand('taskqRetry', { lua: retryOf(engineScript(connection, 'reprocessJob').lua) })
  const touched = [...PARTS.map((part) => keys.lane(lane, part)), ...ids.map((id) => keys.job(lane, id))]
  const entry = { did: data === undefined ? 'retry' : 'edit and retry', by }
  const args = [call, leaveRevoked ? 1 : 0, leaveOwners ? 1 : 0, JSON.stringify(entry), data ?? '', ...ids]
  return (connection as unknown as Scripted).taskqRetry(touched.length, ...touched, ...args)
}

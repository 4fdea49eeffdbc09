import type { Connection } from './connection.js'
import type { Keys } from './keys.js'
import { WAITS_SINCE_FIELD } from './waits-since.js'

/** What the script tells of each job: {@link RETRIED}, {@link NOT_THERE}, not failed (-3), {@link LEFT_REVOKED}. */
export type RetryCode = 1 | -1 | -3 | -10
/** It runs again. */
export const RETRIED = 1
/** It is not there. */
export const NOT_THERE = -1
/** It was revoked, and those were to be left alone. */
export const LEFT_REVOKED = -10

/** The field of a job that names the call that ran it again last. */
export const RETRY_CALL_FIELD = 'retryCall'

/** A revoked job's failure is short. */
const LONGEST_REVOKE = 65_536

/**
 * Puts failed jobs back into their queue, as the engine's own script does for one: it is a part of this one. Attempts
 * and crashes are counted anew; why it failed is kept in its tries only. Each is marked with the call, so that a call
 * that is sent again since its answer was lost tells what it did, and does nothing twice.
 */
const retryOf = (reprocessJob: string): string => `
local function reprocess(KEYS, ARGV)
${reprocessJob}
end

local events, failed, wait, meta, active, marker, prioritized, counter = unpack(KEYS, 1, 8)
local retryCall, leavesRevoked = ARGV[1], ARGV[2] == '1'
local time = redis.call('TIME')
local now = string.format('%.0f', tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000))

local function isRevoked(job)
  if redis.call('HSTRLEN', job, 'failure') > ${LONGEST_REVOKE} then return false end
  local read, failure = pcall(cjson.decode, redis.call('HGET', job, 'failure') or '')
  return read and type(failure) == 'table' and failure.name == 'TaskqError' and failure.code == 'TASKQ_JOB_REVOKED'
end

local function retry(job, id)
  if redis.call('EXISTS', job) == 0 then return ${NOT_THERE} end
  local marked = redis.pcall('HGET', job, '${RETRY_CALL_FIELD}')
  if marked == retryCall then return ${RETRIED} end
  if not redis.call('ZSCORE', failed, id) then return -3 end
  if leavesRevoked and isRevoked(job) then return ${LEFT_REVOKED} end
  local keys = {job, events, failed, wait, meta, active, marker, prioritized, counter}
  local code = reprocess(keys, {id, 'LPUSH', 'failedReason', 'failed', '1', '0'})
  if code == 1 then
    redis.call('HDEL', job, 'stc', 'defa', 'failure', 'stacktrace')
    redis.call('HSET', job, '${RETRY_CALL_FIELD}', retryCall, '${WAITS_SINCE_FIELD}', now)
  end
  return code
end

local codes = {}
for index = 9, #KEYS do
  codes[index - 8] = retry(KEYS[index], ARGV[index - 6])
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
  /** Leaves those alone that were revoked. */
  readonly leaveRevoked?: boolean
}

/** Runs the script for jobs of one lane. The engine's scripts must be loaded. */
export function runRetry(
  connection: Connection,
  keys: Keys,
  lane: string,
  ids: readonly string[],
  { call, leaveRevoked = false }: RetryCall,
): Promise<RetryCode[]> {
  if (!('taskqRetry' in connection)) connection.defineCommand('taskqRetry', { lua: retryOf(engineScript(connection)) })
  const touched = [...PARTS.map((part) => keys.lane(lane, part)), ...ids.map((id) => keys.job(lane, id))]
  return (connection as unknown as Scripted).taskqRetry(touched.length, ...touched, call, leaveRevoked ? 1 : 0, ...ids)
}

/** BullMQ names its scripts with its version: `reprocessJob:6.7.1`. */
function engineScript(connection: Connection): string {
  const scripts = (connection as unknown as { scriptsSet: Record<string, { lua: string }> }).scriptsSet
  const found = Object.entries(scripts).find(([name]) => name.split(':')[0] === 'reprocessJob')
  if (found === undefined) throw new Error('the engine has no script reprocessJob')
  return found[1].lua
}

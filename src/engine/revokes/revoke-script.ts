import type { Connection } from '../connection/connection.js'
import { TAKE_OUT } from '../jobs/take-out-script.js'
import { CLAIM_OF, IS_JOB } from '../same-jobs/claim-field.js'
import { CLAIMS } from '../same-jobs/settle-script.js'
import { LEDGER } from '../workflows/ledger-script.js'
import { UNWANT } from '../workflows/wait-script.js'
import { REMEMBER } from './fact-script.js'

/**
 * Ends a job that waits, or notes on one that runs that it is to end. One step of the broker: a worker that asks for a
 * job at the same moment comes before it or after it, so no job that was ended here is run.
 *
 * It does what BullMQ's own failing does: the job joins the lane's failed jobs, and the event stream tells those who
 * wait for its end. A job whose call, or else whose task, keeps no result goes without a trace. The workflow that it is a
 * part of learns of it in the same step; whatever that lets begin is made jobs of by whichever worker comes. Workflows
 * that it spawned are revoked with it.
 */
const REVOKE = `
local job, lock, completed, failed, delayed, prioritized, wait, active, stalled, meta, events, tasks, retrying, revokes, facts, rows = unpack(KEYS)
local id, note, now, message, failure, caller, fact, side = unpack(ARGV)
local call = redis.call
${REMEMBER}
${TAKE_OUT}
${CLAIMS}
${CLAIM_OF}
${IS_JOB}
${LEDGER}
${UNWANT}

local places = {delayed = delayed, retrying = retrying, prioritized = prioritized, rows = rows, meta = meta, wait = wait}

local function leave()
  local from = takeOut(places, job, id, side)
  if from then return from end
  if call('LREM', active, -1, id) == 1 then
    call('SREM', stalled, id)
    return 'active'
  end
end

local function ofCall()
  local data = call('HGET', job, 'data') or ''
  if not string.find(data, '"ignoreResult":', 1, true) then return end
  local read, envelope = pcall(cjson.decode, data)
  if read and type(envelope) == 'table' and type(envelope.ignoreResult) == 'boolean' then return envelope.ignoreResult end
end

local function keepsNoResult()
  local wished = ofCall()
  if wished ~= nil then return wished end
  local facts = call('HGET', tasks, call('HGET', job, 'name') or '') or 'null'
  local known, task = pcall(cjson.decode, facts)
  return known and type(task) == 'table' and task.ignoreResult == true
end

local told = toldBefore()
if told then return told end
if not isJob(job) then return 'unknown' end
local task = call('HGET', job, 'name') or ''
if call('ZSCORE', completed, id) or call('ZSCORE', failed, id) then return remember('too-late', task) end
local from = call('EXISTS', lock) == 0 and leave()
local claim = claimOf(job)
local root = string.match(job, '^{[^}]*}')
if not from then
  call('HSET', job, 'defa', note)
  unwant(root, job, id, message)
  return remember('told', task)
end
unwant(root, job, id, message)
if keepsNoResult() then
  call('DEL', job, job .. ':logs')
else
  call('ZADD', failed, now, id)
  call('HSET', job, 'failedReason', message, 'failure', failure, 'stacktrace', '[]', 'finishedOn', now)
  call('HDEL', job, 'defa')
end
local kept = call('HGET', meta, 'opts.maxLenEvents') or 10000
call('XADD', events, 'MAXLEN', '~', kept, '*', 'event', 'failed', 'jobId', id, 'failedReason', message, 'prev', from)
if claim then settle(claim) end
settleNode(root, id, 'f', failure, 0)
return remember('removed', task)
`

const KEYS = 16

/** A connection that has learnt the script. */
interface Scripted {
  taskqRevoke(...keysAndArgs: (string | number)[]): Promise<string>
}

/** Runs the script: its keys and arguments are those of its first two lines. */
export function runRevoke(connection: Connection, keys: readonly string[], args: readonly (string | number)[]) {
  if (!('taskqRevoke' in connection)) connection.defineCommand('taskqRevoke', { numberOfKeys: KEYS, lua: REVOKE })
  return (connection as unknown as Scripted).taskqRevoke(...keys, ...args)
}

import type { Connection } from '../connection/connection.js'
import { engineScript } from '../engine-script.js'
import { TAKE_OUT } from '../jobs/take-out-script.js'
import type { Keys } from '../keys.js'
import { CLAIM_OF } from '../same-jobs/claim-field.js'
import { CLAIMS } from '../same-jobs/settle-script.js'
import { LEDGER } from '../workflows/ledger-script.js'
import { lostFailure } from '../workflows/mend-script.js'

/** Which jobs may be removed: dead letters, jobs that wait for a worker or for their time, or those that succeeded. */
export type Removable = 'dead' | 'waiting' | 'succeeded'

/**
 * Removes jobs of one lane with all that belongs to them; each only where it still is in the place that is meant, so that
 * one that was retried, taken or ended meanwhile is left alone. The engine's own script looks through the whole queue for
 * each job; it is used only where other jobs depend on one. The workflow of a part that will not run fails.
 */
const removalOf = (removeJob: string): string => `
local function removeAsEngine(KEYS, ARGV)
${removeJob}
end

${CLAIMS}
${CLAIM_OF}
${TAKE_OUT}
${LEDGER}
local call = redis.call
local failed, completed, delayed, prioritized, rows, wait, retrying, meta, events, repeating = unpack(KEYS, 1, 10)
local place, prefix, lost = ARGV[1], ARGV[2], ARGV[3]
local places = {delayed = delayed, retrying = retrying, prioritized = prioritized, rows = rows, meta = meta, wait = wait}

local function leave(job, id)
  if place == 'dead' then return call('ZREM', failed, id) == 1 and 'failed' end
  if place == 'succeeded' then return call('ZREM', completed, id) == 1 and 'completed' end
  return takeOut(places, job, id, -1)
end

local function hasRelatives(job)
  return redis.pcall('HEXISTS', job, 'parentKey') == 1 or call('EXISTS', job .. ':dependencies', job .. ':processed') > 0
end

local function remove(job, result, id)
  local from = leave(job, id)
  if not from then return 0 end
  local claim = claimOf(job)
  if hasRelatives(job) then
    removeAsEngine({job, repeating}, {id, '0', prefix})
  end
  call('DEL', job, job .. ':logs', job .. ':failed', job .. ':unsuccessful', result)
  local kept = call('HGET', meta, 'opts.maxLenEvents') or 10000
  call('XADD', events, 'MAXLEN', '~', kept, '*', 'event', 'removed', 'jobId', id, 'prev', from)
  if claim then settle(claim) end
  if place == 'waiting' then settleNode(string.match(job, '^{[^}]*}'), id, 'f', lost, 0) end
  return 1
end

local removed = {}
for index = 1, #ARGV - 3 do
  removed[index] = remove(KEYS[9 + 2 * index], KEYS[10 + 2 * index], ARGV[3 + index])
end
return removed
`

const PARTS = ['failed', 'completed', 'delayed', 'prioritized'] as const

/** A connection that has learnt the script. */
interface Scripted {
  taskqRemove(count: number, ...keysAndArgs: string[]): Promise<(0 | 1)[]>
}

/** Runs the script for jobs of one lane: 1 for each that was removed. The engine's scripts must be loaded. */
export function runRemoval(
  connection: Connection,
  keys: Keys,
  lane: string,
  ids: readonly string[],
  place: Removable,
): Promise<(0 | 1)[]> {
  if (!('taskqRemove' in connection))
    connection.defineCommand('taskqRemove', { lua: removalOf(engineScript(connection, 'removeJob').lua) })
  const touched = [
    ...PARTS.map((part) => keys.lane(lane, part)),
    ...[keys.keyed(lane, 'waiting'), keys.lane(lane, 'wait'), keys.retrying(lane)],
    ...['meta', 'events', 'repeat'].map((part) => keys.lane(lane, part)),
    ...ids.flatMap((id) => [keys.job(lane, id), keys.result(id)]),
  ]
  const args = [place, `${keys.prefix}:${lane}:`, JSON.stringify(lostFailure('it was removed')), ...ids]
  return (connection as unknown as Scripted).taskqRemove(touched.length, ...touched, ...args)
}

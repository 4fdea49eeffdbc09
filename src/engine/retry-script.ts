import type { Connection } from './connection.js'
import type { Keys } from './keys.js'

/** What the script tells of each job: {@link RETRIED}, {@link NOT_THERE}, not failed (-3), failed too late (-9). */
export type RetryCode = 1 | -1 | -3 | -9
/** It runs again. */
export const RETRIED = 1
/** It is not there. */
export const NOT_THERE = -1

/**
 * Puts failed jobs back into their queue, as the engine's own script does for one: it is a part of this one, which looks
 * first whether the job failed in time. Attempts and crashes are counted anew; why it failed is kept in its tries only.
 */
const retryOf = (reprocessJob: string): string => `
local function reprocess(KEYS, ARGV)
${reprocessJob}
end

local events, failed, wait, meta, active, marker, prioritized, counter = unpack(KEYS, 1, 8)
local before = tonumber(ARGV[1])
local codes = {}
for index = 9, #KEYS do
  local job, id = KEYS[index], ARGV[index - 7]
  local endedAt = redis.call('ZSCORE', failed, id)
  local code = -3
  if not endedAt then
    if redis.call('EXISTS', job) == 0 then code = -1 end
  elseif before and tonumber(endedAt) > before then
    code = -9
  else
    local keys = {job, events, failed, wait, meta, active, marker, prioritized, counter}
    code = reprocess(keys, {id, 'LPUSH', 'failedReason', 'failed', '1', '0'})
    if code == 1 then redis.call('HDEL', job, 'stc', 'defa', 'failure', 'stacktrace') end
  end
  codes[index - 8] = code
end
return codes
`

const PARTS = ['events', 'failed', 'wait', 'meta', 'active', 'marker', 'prioritized', 'pc']

/** A connection that has learnt the script. */
interface Scripted {
  taskqRetry(count: number, ...keysAndArgs: (string | number)[]): Promise<RetryCode[]>
}

/**
 * Runs the script for jobs of one lane. The engine's scripts must be loaded.
 *
 * @param before only jobs that ended no later, in milliseconds since 1970
 */
export function runRetry(
  connection: Connection,
  keys: Keys,
  lane: string,
  ids: readonly string[],
  before: number | undefined,
): Promise<RetryCode[]> {
  if (!('taskqRetry' in connection)) connection.defineCommand('taskqRetry', { lua: retryOf(engineScript(connection)) })
  const touched = [...PARTS.map((part) => keys.lane(lane, part)), ...ids.map((id) => keys.job(lane, id))]
  return (connection as unknown as Scripted).taskqRetry(touched.length, ...touched, before ?? '', ...ids)
}

/** BullMQ names its scripts with its version: `reprocessJob:6.7.1`. */
function engineScript(connection: Connection): string {
  const scripts = (connection as unknown as { scriptsSet: Record<string, { lua: string }> }).scriptsSet
  const found = Object.entries(scripts).find(([name]) => name.split(':')[0] === 'reprocessJob')
  if (found === undefined) throw new Error('the engine has no script reprocessJob')
  return found[1].lua
}

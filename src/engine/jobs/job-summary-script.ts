import type { Connection } from '../connection/connection.js'

/**
 * Reads the heads of jobs. What is long stays in the broker: a payload of 10 MB must not travel to be listed. What
 * is no job, or gone, is false.
 */
const READ = `
local call = redis.call
local maxData, maxProgress, maxText, maxFailure = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])

local function short(key, field, max)
  if call('HSTRLEN', key, field) > max then return false end
  return call('HGET', key, field)
end

local function cut(text)
  if type(text) == 'string' then return string.sub(text, 1, maxText) end
  return false
end

local function failureOf(key)
  local read, failure = pcall(cjson.decode, short(key, 'failure', maxFailure) or '')
  if read and type(failure) == 'table' and type(failure.message) == 'string' then
    return {cut(failure.name), cut(failure.message), cut(failure.code)}
  end
  local reason = call('HGET', key, 'failedReason')
  return reason and {'Error', cut(reason), false}
end

local jobs = {}
for index, key in ipairs(KEYS) do
  local facts = redis.pcall('HMGET', key, 'timestamp', 'processedOn', 'finishedOn', 'atm', 'name')
  if facts.err or not (facts[1] or facts[2]) then
    jobs[index] = false
  else
    facts[5] = cut(facts[5])
    facts[6] = short(key, 'progress', maxProgress)
    facts[7] = failureOf(key)
    facts[8] = call('HSTRLEN', key, 'data')
    facts[9] = facts[8] <= maxData and call('HGET', key, 'data')
    facts[10] = short(key, 'deid', maxText)
    jobs[index] = facts
  end
end
return jobs
`

const MAX_DATA = 4096
const MAX_PROGRESS = 1024
/** Longer failures are told by their message alone. */
const MAX_FAILURE = 65_536
/** In bytes: what is shown of a text is shorter. */
const MAX_TEXT = 2048

/** What the script tells of a job. Numbers are texts. */
export type JobHead = readonly [
  enqueuedAt: string | null,
  startedAt: string | null,
  finishedAt: string | null,
  attemptsMade: string | null,
  task: string | null,
  progress: string | null,
  failure: readonly [name: string | null, message: string, code: string | null] | null,
  dataBytes: number,
  data: string | null,
  claim: string | null,
]

/** A connection that has learnt the script. */
interface Scripted {
  taskqJobHeads(count: number, ...keysAndArgs: (string | number)[]): Promise<(JobHead | null)[]>
}

/** Reads the heads of the jobs of these keys; null for what is no job. */
export function readJobHeads(connection: Connection, jobKeys: readonly string[]): Promise<(JobHead | null)[]> {
  if (!('taskqJobHeads' in connection)) connection.defineCommand('taskqJobHeads', { lua: READ })
  const limits = [MAX_DATA, MAX_PROGRESS, MAX_TEXT, MAX_FAILURE]
  return (connection as unknown as Scripted).taskqJobHeads(jobKeys.length, ...jobKeys, ...limits)
}

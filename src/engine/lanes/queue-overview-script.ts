import type { Connection } from '../connection/connection.js'
import type { Keys } from '../keys.js'
import { parseLane } from './lane.js'
import { WAITS_SINCE_FIELD } from './waits-since.js'

/** What is read of each lane, in the order of the script's keys. */
const PARTS = [
  ...['wait', 'prioritized', 'delayed', 'active', 'completed', 'failed', 'waiting-children', 'meta', 'limiter'],
] as const
/** And of what is ours: the jobs that failed and wait, and those that wait for the limits of their keys. */
const OWN_PARTS = 2

/** A job's options have a few fields; what is longer is none of ours, and is not worth sending. */
const LONGEST_OPTIONS = 1000

/**
 * Reads how lanes stand. Every command takes the same time however long a lane is, or grows with its logarithm.
 *
 * Who waits longest stands at the end of `wait`, or first of those with a priority; its hash is read as far as it tells
 * since when. (Its key follows from what is in the list, so it cannot be declared; it lies in the same slot.) A due
 * retry counts as long as the engine has due jobs that no worker has taken over.
 *
 * A key that is of another type than it should be holds nothing that could be read, by the engine neither: it counts as
 * empty, and hides nothing else.
 */
const READ = `
local pcall = redis.pcall
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local due = string.format('%.0f', (now + 1) * 4096 - 1)

local function count(...)
  local reply = pcall(...)
  return type(reply) == 'number' and reply or 0
end

local function text(...)
  local reply = pcall(...)
  return type(reply) == 'string' and reply
end

local function fields(...)
  local reply = pcall(...)
  return not reply.err and reply
end

local function waiting(jobs, id)
  if not id then return false end
  local facts = fields('HMGET', jobs .. id, 'timestamp', '${WAITS_SINCE_FIELD}', 'processedOn', 'opts')
  if not facts then return false end
  local opts = facts[4]
  return {facts[1], facts[2], facts[3], opts and #opts < ${LONGEST_OPTIONS} and opts}
end

local function retries(retrying, delayed)
  local ahead = count('ZCOUNT', retrying, string.format('(%.0f', now), '+inf')
  local over = count('ZCOUNT', retrying, '-inf', string.format('%.0f', now))
  if over == 0 then return ahead end
  return ahead + math.min(over, count('ZCOUNT', delayed, '-inf', due))
end

local lanes = {}
for index = 1, #ARGV / 2 do
  local from = 2 + (index - 1) * ${PARTS.length + OWN_PARTS}
  local wait, prioritized, delayed, active, completed, failed, blocked, meta, limiter, retrying, rows = unpack(KEYS, from, from + ${PARTS.length + OWN_PARTS - 1})
  local jobs, task = ARGV[2 * index - 1], ARGV[2 * index]
  lanes[index] = {
    count('LLEN', wait), count('ZCARD', prioritized) + count('ZCARD', rows), count('ZCARD', delayed), count('LLEN', active),
    count('ZCARD', completed), count('ZCARD', failed), count('ZCARD', blocked), retries(retrying, delayed),
    fields('HMGET', meta, 'paused', 'max', 'duration', 'concurrency', 'keyMax', 'keyDuration', 'keyConcurrency') or {},
    text('GET', limiter), count('PTTL', limiter), task ~= '' and text('HGET', KEYS[1], task),
    waiting(jobs, text('LINDEX', wait, -1)), waiting(jobs, (fields('ZRANGE', prioritized, 0, 0) or {})[1]),
    waiting(jobs, (fields('ZRANGE', rows, 0, 0) or {})[1])
  }
end
return {now, lanes}
`

/** How one lane stands, as the script tells it. */
export type LaneReply = readonly [
  wait: number,
  prioritized: number,
  delayed: number,
  active: number,
  completed: number,
  failed: number,
  blocked: number,
  retrying: number,
  meta: readonly (string | null)[],
  started: string | null,
  limiterTtlMs: number,
  override: string | null,
  waiting: WaitingReply | null,
  prioritizedFirst: WaitingReply | null,
  ofRows: WaitingReply | null,
]

/** A job that waits: when it was enqueued, since when it waits anew, when it last started, and its options as JSON. */
export type WaitingReply = readonly [
  timestamp: string | null,
  waitsSince: string | null,
  startedAt: string | null,
  options: string | null,
]

/** A connection that has learnt the script. */
interface Scripted {
  taskqReadLanes(...countKeysAndArgs: (string | number)[]): Promise<[nowMs: number, lanes: LaneReply[]]>
}

/** Runs the script for some lanes, and tells the broker's time. */
export function readLanes(
  connection: Connection,
  keys: Keys,
  lanes: readonly string[],
): Promise<[nowMs: number, lanes: LaneReply[]]> {
  if (!('taskqReadLanes' in connection)) connection.defineCommand('taskqReadLanes', { lua: READ, readOnly: false })
  const touched = lanes.flatMap((lane) => [
    ...PARTS.map((part) => keys.lane(lane, part)),
    keys.retrying(lane),
    keys.keyed(lane, 'waiting'),
  ])
  const args = lanes.flatMap((lane) => [keys.job(lane, ''), parseLane(lane).task ?? ''])
  return (connection as unknown as Scripted).taskqReadLanes(1 + touched.length, keys.limits, ...touched, ...args)
}

import type { Connection } from '../connection/connection.js'
import type { Keys } from '../keys.js'
import { encodeQueues, encodeTasks, type StatsBatch } from './stats-batch.js'
import { MINUTES, PULSES, stretchOf } from './stats-stretch.js'

/**
 * Adds counts to the hashes of the minute and of the stretch that it is now by the broker's clock, so that workers
 * with wrong clocks count alike, and nothing is added to what has ended. The keys of the likely minutes and stretches
 * are declared, as a Cluster wants; where it is none of them, nothing is written, and the caller learns the time.
 *
 * All names are read by one command and written by one: a command for each number took five times as long. What is
 * stored broken begins anew.
 */
const RECORD = `
local minute, pulse, tasks, queues = unpack(ARGV, 1, 4)
local time = redis.call('TIME')
local seconds = tonumber(time[1])
local nowMs = seconds * 1000 + math.floor(tonumber(time[2]) / 1000)
local inMinute = math.floor(seconds / ${MINUTES.ms / 1000}) - tonumber(minute)
local inPulse = math.floor(seconds / ${PULSES.ms / 1000}) - tonumber(pulse)
if inMinute < 0 or inMinute > 1 or inPulse < 0 or inPulse > 1 then return {0, nowMs} end

local function isCount(mark, count)
  return type(mark) == 'string' and type(count) == 'number' and count > 0 and count < 1e13 and count % 1 == 0
end

local function sumOf(stored, json)
  if not stored or not string.find(stored, '^{[^{%[]*}$') then return json end
  local known, counts = pcall(cjson.decode, stored)
  if not known or type(counts) ~= 'table' then return json end
  local sum = cjson.decode(json)
  for mark, count in pairs(counts) do
    if isCount(mark, count) then sum[mark] = (sum[mark] or 0) + count end
  end
  return cjson.encode(sum)
end

local function add(key, from, count, ttl)
  if count == 0 then return end
  local names = {unpack(ARGV, from, from + count - 1)}
  local stored = redis.call('HMGET', key, unpack(names))
  local sums = {}
  for index = 1, count do
    sums[2 * index - 1] = names[index]
    sums[2 * index] = sumOf(stored[index], ARGV[from + count + index - 1])
  end
  redis.call('HSET', key, unpack(sums))
  redis.call('EXPIRE', key, ttl)
end

add(KEYS[1 + inMinute], 5, tonumber(tasks), ${MINUTES.keptSeconds})
add(KEYS[3 + inPulse], 5 + 2 * tonumber(tasks), tonumber(queues), ${PULSES.keptSeconds})
return {1, nowMs}
`

const KEYS = 4
/** How far the guess of the broker's time may be ahead of it. */
const AHEAD_MS = 1000
const MOST_TRIES = 3

type Named = readonly [name: string, json: string]

/** A connection that has learnt the script. */
interface Scripted {
  taskqRecord(...keysAndArgs: (string | number)[]): Promise<[written: number, nowMs: number]>
}

/** Adds up what workers counted, in the broker: one trip for all. */
export class StatsWriter {
  /** The broker's time less that of the clock that nobody sets; this machine's is a first guess. */
  #aheadMs = Date.now() - performance.now()

  constructor(
    private readonly connection: Connection,
    private readonly keys: Keys,
  ) {}

  /**
   * Adds a batch, one of {@link partsOf}, to what all workers counted. One whose connection is cut off while it is
   * under way is sent again, and may then count twice.
   */
  async record(batch: StatsBatch): Promise<void> {
    const [tasks, queues] = [encodeTasks(batch.tasks), encodeQueues(batch.queues)]
    if (tasks.length + queues.length === 0) return
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const guess = performance.now() + this.#aheadMs - AHEAD_MS
      const [written, nowMs] = await this.#run(stretchOf(MINUTES, guess), stretchOf(PULSES, guess), tasks, queues)
      this.#aheadMs = nowMs - performance.now()
      if (written === 1) return
    }
    throw new Error("the broker's clock jumps")
  }

  #run(minute: number, pulse: number, tasks: readonly Named[], queues: readonly Named[]): Promise<[number, number]> {
    if (!('taskqRecord' in this.connection)) {
      this.connection.defineCommand('taskqRecord', { numberOfKeys: KEYS, lua: RECORD })
    }
    const { stats, pulse: pulseKey } = this.keys
    const keys = [stats(minute), stats(minute + 1), pulseKey(pulse), pulseKey(pulse + 1)]
    const args = [minute, pulse, tasks.length, queues.length, ...columns(tasks), ...columns(queues)]
    return (this.connection as unknown as Scripted).taskqRecord(...keys, ...args)
  }
}

/** All names, then all values. */
const columns = (named: readonly Named[]): string[] => [
  ...named.map(([name]) => name),
  ...named.map(([, json]) => json),
]

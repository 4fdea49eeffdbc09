import type { Connection } from './connection.js'
import type { Keys } from './keys.js'
import { encodeQueues, encodeTasks, type StatsBatch, type StoredCounts } from './stats-batch.js'
import { MINUTES, PULSES, stretchOf } from './stats-stretch.js'

/**
 * Adds counts to the hashes of the minute and of the stretch that it is now by the broker's clock, so that workers
 * with wrong clocks count alike, and nothing is added to what has ended. The keys of the likely minutes and stretches
 * are declared, as a Cluster wants; where it is none of them, nothing is written, and the caller learns the time.
 *
 * A field that is no number any more is passed over: it must not hold up the others.
 */
const RECORD = `
local minute, pulse, minuteFields, pulseFields = unpack(ARGV, 1, 4)
local time = redis.call('TIME')
local seconds = tonumber(time[1])
local nowMs = seconds * 1000 + math.floor(tonumber(time[2]) / 1000)
local inMinute = math.floor(seconds / ${MINUTES.ms / 1000}) - tonumber(minute)
local inPulse = math.floor(seconds / ${PULSES.ms / 1000}) - tonumber(pulse)
if inMinute < 0 or inMinute > 1 or inPulse < 0 or inPulse > 1 then return {0, nowMs} end

local function add(key, from, count, ttl)
  if count == 0 then return end
  for index = from, from + 2 * (count - 1), 2 do
    redis.pcall('HINCRBY', key, ARGV[index], ARGV[index + 1])
  end
  redis.call('EXPIRE', key, ttl)
end

add(KEYS[1 + inMinute], 5, tonumber(minuteFields), ${MINUTES.keptSeconds})
add(KEYS[3 + inPulse], 5 + 2 * tonumber(minuteFields), tonumber(pulseFields), ${PULSES.keptSeconds})
return {1, nowMs}
`

const KEYS = 4
/** Fields in one script: short enough that no other client waits noticeably. */
const MOST_FIELDS = 2000
/** How far the guess of the broker's time may be ahead of it. */
const AHEAD_MS = 1000
const MOST_TRIES = 3

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
   * Adds a batch to what all workers counted. A batch whose connection is cut off while it is under way is sent again,
   * and may then count twice.
   */
  async record(batch: StatsBatch): Promise<void> {
    const minute = encodeTasks(batch.tasks)
    const pulse = encodeQueues(batch.queues)
    if (minute.length + pulse.length === 0) return
    const parts = [minute.slice(0, MOST_FIELDS)]
    for (let from = MOST_FIELDS; from < minute.length; from += MOST_FIELDS) {
      parts.push(minute.slice(from, from + MOST_FIELDS))
    }
    await Promise.all(parts.map((part, index) => this.#add(part, index === 0 ? pulse : [])))
  }

  async #add(minute: StoredCounts, pulse: StoredCounts): Promise<void> {
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const guess = performance.now() + this.#aheadMs - AHEAD_MS
      const [written, nowMs] = await this.#run(stretchOf(MINUTES, guess), stretchOf(PULSES, guess), minute, pulse)
      this.#aheadMs = nowMs - performance.now()
      if (written === 1) return
    }
    throw new Error("the broker's clock jumps")
  }

  #run(minute: number, pulse: number, tasks: StoredCounts, queues: StoredCounts): Promise<[number, number]> {
    if (!('taskqRecord' in this.connection)) {
      this.connection.defineCommand('taskqRecord', { numberOfKeys: KEYS, lua: RECORD })
    }
    const { stats, pulse: pulseKey } = this.keys
    const keys = [stats(minute), stats(minute + 1), pulseKey(pulse), pulseKey(pulse + 1)]
    const args = [minute, pulse, tasks.length, queues.length, ...tasks.flat(), ...queues.flat()]
    return (this.connection as unknown as Scripted).taskqRecord(...keys, ...args)
  }
}

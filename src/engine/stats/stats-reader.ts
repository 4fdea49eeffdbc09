import { addCounts, noCounts, type TaskCounts } from '../../stats/task-counts.js'
import { readTime } from '../clock/broker-time.js'
import type { BrokerLink } from '../connection/broker-link.js'
import type { Connection } from '../connection/connection.js'
import { settlePipeline } from '../connection/run-pipeline.js'
import type { Keys } from '../keys.js'
import { decodeQueues, decodeTasks, type QueuePulse, type StoredHash } from './stats-batch.js'
import { MINUTES, PULSES, type Stretches, stretchOf } from './stats-stretch.js'

/** What queues did in one stretch of five seconds. */
export interface Pulse {
  /** When it began, in milliseconds since 1970, by the broker's clock. */
  readonly at: number
  /** By the queue's name; one in which nothing happened is missing. */
  readonly queues: ReadonlyMap<string, QueuePulse>
}

/** What tasks did in the last minutes. */
export interface Minutes {
  /** When that was, in milliseconds since 1970, by the broker's clock. */
  readonly at: number
  /** By task: in the last so many minutes, the running one included. */
  sumOf(last: number): ReadonlyMap<string, TaskCounts>
}

/** Reads what the workers counted. What has ended is read once: a look costs what has happened since the last one. */
export class StatsReader {
  readonly #minutes: StretchReader<ReadonlyMap<string, TaskCounts>>
  readonly #pulses: StretchReader<ReadonlyMap<string, QueuePulse>>

  constructor(
    private readonly link: BrokerLink,
    keys: Keys,
  ) {
    this.#minutes = new StretchReader(MINUTES, keys.stats, decodeTasks)
    this.#pulses = new StretchReader(PULSES, keys.pulse, decodeQueues)
  }

  /** What each task did in the last so many minutes, the running one included: at most two days. */
  async minutes(count: number): Promise<ReadonlyMap<string, TaskCounts>> {
    const { sumOf } = await this.latest(count)
    return sumOf(count)
  }

  /** As {@link minutes}, for sums over several times of one look. */
  async latest(count: number): Promise<Minutes> {
    const { at, read } = await this.link.read((redis) => this.#minutes.read(redis, count))
    return { at, sumOf: (last) => sumUp(read.slice(-last).map(({ counts }) => counts)) }
  }

  /** The last so many stretches of five seconds, oldest first, the running one last: at most a quarter of an hour. */
  async pulses(count: number): Promise<readonly Pulse[]> {
    const { read } = await this.link.read((redis) => this.#pulses.read(redis, count))
    return read.map(({ stretch, counts }) => ({ at: stretch * PULSES.ms, queues: counts }))
  }
}

/** A stretch that ended so long ago does not change, even where the broker's clock was put back a little. */
const SETTLED_MS = 5000

class StretchReader<Counts> {
  readonly #settled = new Map<number, Counts>()
  /** The most stretches that anybody asked for: older ones are forgotten. */
  #most = 0

  constructor(
    private readonly stretches: Stretches,
    private readonly keyOf: (stretch: number) => string,
    private readonly decode: (hash: StoredHash) => Counts,
  ) {}

  /** The last so many stretches, oldest first. Two may read at a time: what one forgets, the other may have seen. */
  async read(redis: Connection, count: number): Promise<{ at: number; read: { stretch: number; counts: Counts }[] }> {
    const at = Math.floor(await readTime(redis))
    const newest = stretchOf(this.stretches, at)
    const wanted = Array.from({ length: count }, (_, index) => newest - count + 1 + index)
    const settled = new Map(wanted.map((stretch) => [stretch, this.#settled.get(stretch)]))
    const fresh = await this.#readAll(
      redis,
      wanted.filter((stretch) => settled.get(stretch) === undefined),
    )
    const read = wanted.map((stretch) => ({ stretch, counts: (fresh.get(stretch) ?? settled.get(stretch)) as Counts }))
    this.#keep(fresh, at, newest - Math.max(this.#most, count))
    this.#most = Math.max(this.#most, count)
    return { at, read }
  }

  async #readAll(redis: Connection, wanted: readonly number[]): Promise<Map<number, Counts>> {
    if (wanted.length === 0) return new Map()
    const pipeline = redis.pipeline()
    for (const stretch of wanted) pipeline.hgetall(this.keyOf(stretch))
    const replies = await settlePipeline(pipeline)
    return new Map(
      wanted.map((stretch, index) => {
        const reply = replies[index]
        return [stretch, this.decode(reply instanceof Error ? {} : (reply as StoredHash))]
      }),
    )
  }

  #keep(fresh: ReadonlyMap<number, Counts>, now: number, oldest: number): void {
    const settledBefore = stretchOf(this.stretches, now - SETTLED_MS)
    for (const [stretch, counts] of fresh) if (stretch < settledBefore) this.#settled.set(stretch, counts)
    for (const stretch of this.#settled.keys()) if (stretch <= oldest) this.#settled.delete(stretch)
  }
}

function sumUp(all: readonly ReadonlyMap<string, TaskCounts>[]): ReadonlyMap<string, TaskCounts> {
  const sums = new Map<string, TaskCounts>()
  for (const counts of all) {
    for (const [task, more] of counts) {
      const sum = sums.get(task) ?? noCounts()
      addCounts(sum, more)
      sums.set(task, sum)
    }
  }
  return sums
}

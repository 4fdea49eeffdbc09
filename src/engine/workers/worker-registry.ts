import type { TaskCodecOptions } from '../../task/options/payload-options.js'
import type { BrokerClock } from '../clock/broker-clock.js'
import { toTime } from '../clock/broker-time.js'
import type { Connection } from '../connection/connection.js'
import { runPipeline } from '../connection/run-pipeline.js'
import { BirthMark } from '../durability/birth-mark.js'
import type { DataLoss } from '../durability/explain-loss.js'
import { LastWords } from '../durability/last-words.js'
import type { Keys } from '../keys.js'
import type { LaneLimits } from '../limits/lane-limits.js'
import { parseWorkerFacts } from './parse-worker-facts.js'
import type { WorkerFacts } from './worker-facts.js'

/** Where a task's jobs go; stored so that a producer without the task's code finds the way. */
export interface TaskFacts extends LaneLimits {
  readonly queue: string
  /** Its jobs wait in a lane of their own, which holds these limits. */
  readonly limited: boolean
  readonly ignoreResult: boolean
  /** Milliseconds that its results are kept, where the task says so. */
  readonly resultTtlMs?: number
  /** What its jobs get whose caller says nothing else. */
  readonly priority?: number
  readonly expiresMs?: number
  /** How its arguments travel, where the task says so. */
  readonly codec?: TaskCodecOptions
}

/** How often a worker says that it lives. */
export const HEARTBEAT_MS = 5000
/** A worker that has missed two heartbeats is silent. That is all that is known: it may well run. */
export const SILENT_AFTER_MS = 2 * HEARTBEAT_MS
/** One that has not been heard of for so long is taken for gone. */
export const GONE_AFTER_MS = 60_000

/** What a worker hears at its heartbeat. */
export interface Heard {
  /** For how many milliseconds somebody watches; 0 for nobody. */
  readonly watchedForMs: number
  /**
   * The broker has not what the worker told it before: it is the worker's first heartbeat, or its first in a long time,
   * or the broker lost its data.
   */
  readonly isForgotten: boolean
  /** Set once when the broker has lost what it held. */
  readonly loss?: DataLoss
}

type BeatReplies = [
  known: number,
  kept: [mark: string | null, before: string | null],
  unknown,
  unknown,
  watchedForMs: number,
  time: (string | number)[],
]

/**
 * Forgets a worker whose record is gone; not one that has just spoken again. A replica cannot, and needs not: whoever
 * reads there must be able to.
 */
const FORGET = `
if redis.call('EXISTS', KEYS[2]) == 1 then return 0 end
redis.pcall('ZREM', KEYS[1], ARGV[1])
return 1
`

/** Who is alive, and which tasks are known: stored facts with a lifetime, so that reading them never waits. */
export class WorkerRegistry {
  readonly #birth: BirthMark
  readonly #lastWords = new LastWords()

  constructor(
    private readonly connection: Connection,
    private readonly keys: Keys,
    /** Hears at each heartbeat what time it is. */
    private readonly clock?: BrokerClock,
  ) {
    this.#birth = new BirthMark(keys.birth)
  }

  /** Says that a worker lives, and hears what the broker knows. */
  async beat(facts: WorkerFacts): Promise<Heard> {
    const record = this.keys.worker(facts.id)
    const { text, number } = this.#lastWords.say(facts)
    const needed = facts.tasks.length === 0 ? [record] : [record, this.keys.tasks]
    const askedAt = performance.now()
    const pipeline = this.connection
      .pipeline()
      .exists(needed)
      .mget(this.keys.birth, record)
      .set(record, text, 'PX', GONE_AFTER_MS)
      .zadd(this.keys.workers, Date.now(), facts.id)
      .pttl(this.keys.watched)
      .time()
    const [known, [mark, before], , , watchedForMs, time] = (await runPipeline(pipeline)) as BeatReplies
    this.clock?.hear(toTime(time), askedAt)
    const isSetBack = this.#lastWords.confirm(number, before)
    const isEmptied = await this.#birth.isAnother(this.connection, mark)
    const loss = isEmptied ? 'emptied' : isSetBack ? 'set-back' : undefined
    return { watchedForMs: Math.max(0, watchedForMs), isForgotten: known < needed.length, ...(loss && { loss }) }
  }

  /** Why the broker lost what it held, for people. */
  async explainLoss(loss: DataLoss): Promise<string> {
    const { explainLoss } = await import('../durability/explain-loss.js')
    return explainLoss(this.connection, loss)
  }

  async leave(id: string): Promise<void> {
    await this.connection.pipeline().del(this.keys.worker(id)).zrem(this.keys.workers, id).exec()
  }

  /**
   * The workers that are not gone, by name; those that have been silent for a while too. When each was last heard of is
   * told by the broker, from what is left of its record's lifetime: no other clock is asked.
   */
  async alive(): Promise<WorkerFacts[]> {
    const ids = await this.connection.zrange(this.keys.workers, '0', '-1')
    if (ids.length === 0) return []
    const records = ids.map((id) => this.keys.worker(id))
    const pipeline = this.connection.pipeline().time().mget(records)
    for (const record of records) pipeline.pttl(record)
    const [time, stored, ...leftMs] = await runPipeline(pipeline)
    await this.#forget(ids.filter((_, index) => (stored as (string | null)[])[index] === null))
    const at = Math.floor(toTime(time as string[]))
    return (stored as (string | null)[])
      .flatMap((text, index) => {
        const facts = parseWorkerFacts(text)
        return facts === undefined ? [] : [{ ...facts, ...heardAt(at, leftMs[index] as number) }]
      })
      .sort(byName)
  }

  async #forget(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return
    const pipeline = this.connection.pipeline()
    for (const id of ids) pipeline.eval(FORGET, 2, this.keys.workers, this.keys.worker(id), id)
    await runPipeline(pipeline)
  }

  async announceTasks(tasks: ReadonlyMap<string, TaskFacts>): Promise<void> {
    if (tasks.size === 0) return
    const fields = [...tasks].flatMap(([name, facts]) => [name, JSON.stringify(facts)])
    await this.connection.hset(this.keys.tasks, fields)
  }

  /** All tasks that some worker ever knew. */
  async knownTasks(): Promise<Map<string, TaskFacts>> {
    const stored = await this.connection.hgetall(this.keys.tasks)
    return new Map(
      Object.entries(stored).flatMap(([name, text]) => {
        const facts = parseRecord<TaskFacts>(text, 'queue')
        return facts === undefined ? [] : [[name, facts] as const]
      }),
    )
  }
}

/** Nothing of a record that has no lifetime, or has come to its end meanwhile. */
const heardAt = (at: number, leftMs: number): Pick<WorkerFacts, 'heardAt'> =>
  leftMs < 0 ? {} : { heardAt: at - Math.max(0, GONE_AFTER_MS - leftMs) }

/** Those that have one name stand in the same order at every look. */
const byName = (a: WorkerFacts, b: WorkerFacts): number => compare(a.name, b.name) || compare(a.id, b.id)
const compare = (a: string, b: string): number => (a === b ? 0 : a < b ? -1 : 1)

/** A stored record that has this text; nothing for one that is broken: it must not hide the others. */
function parseRecord<T>(text: string | null, key: keyof T & string): T | undefined {
  try {
    const record = JSON.parse(text ?? 'null') as T | null
    return typeof record?.[key] === 'string' ? record : undefined
  } catch {
    return undefined
  }
}

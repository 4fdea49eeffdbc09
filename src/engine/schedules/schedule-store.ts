import type { RedisBroker } from '../../config/resolved-config.js'
import { BrokerClock } from '../clock/broker-clock.js'
import type { Connection } from '../connection/connection.js'
import { settlePipeline } from '../connection/run-pipeline.js'
import { WatchedConnection } from '../connection/watched-connection.js'
import { BirthMark } from '../durability/birth-mark.js'
import { explainLoss } from '../durability/explain-loss.js'
import type { Keys } from '../keys.js'
import { LaneBackends } from '../lanes/lane-backends.js'
import { BeatLease } from './beat-lease.js'
import { commitChange, type ScheduleChange } from './commit-schedules.js'
import { parseScheduleRecord, UNREADABLE_RECORD } from './parse-schedule.js'
import type { ScheduleRecord } from './schedule-record.js'

/** Entries that are read in one go; more would make other clients wait. */
const CHUNK = 200

/** Says what is to be changed, of the entries as they are stored now. */
export type Decide = (records: ReadonlyMap<string, ScheduleRecord>) => ScheduleChange | Promise<ScheduleChange>

/** How a transaction went: made, given up since somebody else changed an entry meanwhile, or there was nothing to do. */
export type ScheduleOutcome = 'done' | 'conflict' | 'nothing'

/** All entries, and the number of edits when they were read. */
export interface ScheduleReading {
  readonly edits: string
  readonly records: ReadonlyMap<string, ScheduleRecord>
}

/**
 * The schedule entries in the broker, over a connection of their own.
 *
 * An entry's progress and the jobs of its slots are written in one transaction, which fails when anybody else touched
 * the entry since it was read. So each slot is enqueued exactly once, whoever else believes to be the leader.
 */
export class ScheduleStore {
  readonly clock = new BrokerClock()
  readonly lease: BeatLease
  readonly #watched: WatchedConnection
  readonly #backends = new WeakMap<Connection, LaneBackends>()
  readonly #birth: BirthMark
  #isLost = false
  #queue: Promise<unknown> = Promise.resolve()

  constructor(
    broker: RedisBroker,
    private readonly keys: Keys,
    timeoutMs: number,
  ) {
    this.#watched = new WatchedConnection(broker, timeoutMs)
    this.#birth = new BirthMark(keys.birth)
    this.lease = new BeatLease(this.#watched, keys)
  }

  /** Sets the clock by the broker's. */
  syncClock(): Promise<void> {
    return this.#watched.use((connection) => this.clock.sync(connection))
  }

  /** How many edits there have been; the same number means that nothing was edited. */
  edits(): Promise<string> {
    return this.#watched.use((connection) => this.#editsOver(connection))
  }

  /** Reads every entry. */
  readAll(): Promise<ScheduleReading> {
    return this.#watched.use(async (connection) => {
      // First the number: an edit that comes meanwhile is seen next time, not never.
      const edits = await this.#editsOver(connection)
      const names = (await connection.smembers(this.keys.schedules)).sort()
      return { edits, records: await this.#readOver(connection, names) }
    })
  }

  /** Reads some entries; those that do not exist are not in the answer. */
  read(names: readonly string[]): Promise<ReadonlyMap<string, ScheduleRecord>> {
    return this.#watched.use((connection) => this.#readOver(connection, names))
  }

  /**
   * Changes entries: reads them, decides, and writes, unless somebody else wrote one of them meanwhile. One change at
   * a time.
   *
   * @throws JobsRefusedError when all but some jobs were written; what the connection, the broker or `decide` throws:
   *   then nothing was written, unless the connection was cut while the transaction was on its way
   */
  change(names: readonly string[], decide: Decide): Promise<ScheduleOutcome> {
    const change = this.#queue.then(() =>
      this.#watched.use((connection) => this.#changeOver(connection, names, decide)),
    )
    this.#queue = change.catch(() => {})
    return change
  }

  close(): Promise<void> {
    return this.#watched.close()
  }

  async #changeOver(connection: Connection, names: readonly string[], decide: Decide): Promise<ScheduleOutcome> {
    const backends = this.#backendsOf(connection)
    await backends.open()
    if (names.length > 0) await connection.watch(...names.map((name) => this.keys.schedule(name)))
    const change = await this.#decideOver(connection, names, decide)
    if (change !== undefined) return (await commitChange(connection, backends, this.keys, change)) ? 'done' : 'conflict'
    return 'nothing'
  }

  /** The broker forgets what was watched when a transaction ends; where there is none, it is told to. */
  async #decideOver(connection: Connection, names: readonly string[], decide: Decide) {
    let change: ScheduleChange | undefined
    try {
      const decided = await decide(await this.#readOver(connection, names))
      if (decided.writes.length + decided.jobs.length > 0) change = decided
    } finally {
      if (change === undefined) await connection.unwatch().catch(() => {})
    }
    return change
  }

  async #readOver(connection: Connection, names: readonly string[]): Promise<ReadonlyMap<string, ScheduleRecord>> {
    const records = new Map<string, ScheduleRecord>()
    for (let start = 0; start < names.length; start += CHUNK) {
      const chunk = names.slice(start, start + CHUNK)
      const pipeline = connection.pipeline()
      for (const name of chunk) pipeline.hmget(this.keys.schedule(name), 'definition', 'state')
      const replies = await settlePipeline(pipeline)
      chunk.forEach((name, index) => {
        const record = parseReply(name, replies[index])
        if (record !== undefined) records.set(name, record)
      })
    }
    return records
  }

  async #editsOver(connection: Connection): Promise<string> {
    const [edits, mark = null] = await connection.mget(this.keys.scheduleEdits, this.keys.birth)
    if (await this.#birth.isAnother(connection, mark)) this.#isLost = true
    return edits ?? '0'
  }

  /** Why the broker lost what it held, for people; undefined where it did not, or where that was told already. */
  async takeLoss(): Promise<string | undefined> {
    if (!this.#isLost) return undefined
    const detail = await this.#watched.use((connection) => explainLoss(connection, 'emptied'))
    this.#isLost = false
    return detail
  }

  #backendsOf(connection: Connection): LaneBackends {
    const known = this.#backends.get(connection) ?? new LaneBackends(connection, this.keys.prefix)
    this.#backends.set(connection, known)
    return known
  }

  /** How many entries there are: reads their names, and of each whether it is more than a memory of one that left. */
  count(): Promise<number> {
    return this.#watched.use(async (connection) => {
      const names = await connection.smembers(this.keys.schedules)
      let count = 0
      for (let start = 0; start < names.length; start += CHUNK) {
        const pipeline = connection.pipeline()
        for (const name of names.slice(start, start + CHUNK)) pipeline.hexists(this.keys.schedule(name), 'definition')
        // An error is of a key that holds something else: an entry that cannot be used.
        count += (await settlePipeline(pipeline)).filter((reply) => reply !== 0).length
      }
      return count
    })
  }
}

function parseReply(name: string, reply: unknown): ScheduleRecord | undefined {
  if (reply instanceof Error) {
    if (/^WRONGTYPE/.test(reply.message)) return UNREADABLE_RECORD
    throw reply
  }
  const [definition = null, state = null] = reply as (string | null)[]
  return parseScheduleRecord(name, definition, state)
}

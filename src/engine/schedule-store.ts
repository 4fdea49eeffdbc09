import type { RedisBroker } from '../config/resolved-config.js'
import { announceLane, toAdd } from './add-job.js'
import { BeatLease } from './beat-lease.js'
import { BrokerClock } from './broker-clock.js'
import type { Connection } from './connection.js'
import type { NewJob } from './delivery.js'
import type { Keys } from './keys.js'
import { LaneBackends } from './lane-backends.js'
import { runPipeline } from './run-pipeline.js'
import {
  encodeDefinition,
  parseScheduleRecord,
  type ScheduleDefinition,
  type ScheduleRecord,
  type ScheduleState,
} from './schedule-record.js'
import { WatchedConnection } from './watched-connection.js'

/** Entries that are read in one go; more would make other clients wait. */
const CHUNK = 200

/** What a transaction does. */
export interface ScheduleChange {
  readonly writes: readonly ScheduleWrite[]
  /** Jobs to add in the same transaction: each exists if and only if the writes were made. */
  readonly jobs: readonly NewJob[]
  /** Whether beats must read the entries anew. */
  readonly isEdit: boolean
}

/** What is written of one entry; what is left out stays. */
export interface ScheduleWrite {
  readonly name: string
  /** `null` takes the definition away and leaves the state. */
  readonly definition?: ScheduleDefinition | null
  readonly state?: ScheduleState
  /** Removes the entry whole. */
  readonly isRemoved?: true
}

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
  #queue: Promise<unknown> = Promise.resolve()

  constructor(
    broker: RedisBroker,
    private readonly keys: Keys,
    timeoutMs: number,
  ) {
    this.#watched = new WatchedConnection(broker, timeoutMs)
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
   * @throws what the connection, the broker or `decide` throws; then nothing was written, but where the connection was
   *   cut while the transaction was on its way, or the broker refused a part of it
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
    // The broker forgets what was watched when a transaction ends, and only then.
    const forget = () => connection.unwatch().catch(() => {})
    const change = await this.#decided(decide, await this.#readOver(connection, names), forget)
    if (change.writes.length + change.jobs.length > 0) return this.#commit(backends, change)
    await forget()
    return 'nothing'
  }

  async #decided(
    decide: Decide,
    records: ReadonlyMap<string, ScheduleRecord>,
    forget: () => Promise<unknown>,
  ): Promise<ScheduleChange> {
    try {
      return await decide(records)
    } catch (error) {
      await forget()
      throw error
    }
  }

  async #commit(backends: LaneBackends, { writes, jobs, isEdit }: ScheduleChange): Promise<ScheduleOutcome> {
    const { backend, client } = await backends.open()
    const transaction = client.multi()
    const commands = transaction as unknown as Parameters<typeof announceLane>[0]
    for (const lane of new Set(jobs.map((job) => job.lane))) announceLane(commands, this.keys, lane)
    for (const job of jobs) void backend.addJobToTransaction(transaction, ...toAdd(job, backends))
    for (const write of writes) this.#write(commands, write)
    if (isEdit) commands.incr(this.keys.scheduleEdits)
    const replies = (await commands.exec()) as [Error | null, unknown][] | null
    if (replies === null) return 'conflict'
    for (const [error] of replies) if (error) throw error
    return 'done'
  }

  // Fields as an object: a transaction of BullMQ's takes no other form.
  #write(commands: Parameters<typeof announceLane>[0], { name, definition, state, isRemoved }: ScheduleWrite): void {
    const key = this.keys.schedule(name)
    if (isRemoved) {
      commands.del(key).srem(this.keys.schedules, name)
      return
    }
    commands.sadd(this.keys.schedules, name)
    if (definition === null) commands.hdel(key, 'definition')
    else if (definition !== undefined) commands.hset(key, { definition: encodeDefinition(definition) })
    if (state !== undefined) commands.hset(key, { state: JSON.stringify(state) })
  }

  async #readOver(connection: Connection, names: readonly string[]): Promise<ReadonlyMap<string, ScheduleRecord>> {
    const records = new Map<string, ScheduleRecord>()
    for (let start = 0; start < names.length; start += CHUNK) {
      const chunk = names.slice(start, start + CHUNK)
      const pipeline = connection.pipeline()
      for (const name of chunk) pipeline.hmget(this.keys.schedule(name), 'definition', 'state')
      const replies = (await runPipeline(pipeline)) as [string | null, string | null][]
      chunk.forEach((name, index) => {
        const record = parseScheduleRecord(...(replies[index] ?? [null, null]))
        if (record !== undefined) records.set(name, record)
      })
    }
    return records
  }

  async #editsOver(connection: Connection): Promise<string> {
    return (await connection.get(this.keys.scheduleEdits)) ?? '0'
  }

  #backendsOf(connection: Connection): LaneBackends {
    const known = this.#backends.get(connection) ?? new LaneBackends(connection, this.keys.prefix)
    this.#backends.set(connection, known)
    return known
  }
}

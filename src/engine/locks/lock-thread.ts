import { Worker } from 'node:worker_threads'
import type { RedisBroker } from '../../config/resolved-config.js'
import type { ActiveJob } from '../consumer.js'
import type { Keys } from '../keys.js'
import { type Seat, SeatTable } from './seat-table.js'

/** How a worker's lock thread works. */
export interface LockThreadOptions {
  /** The module that it runs: see `keep-locks.ts`. */
  readonly entry: URL
  readonly lockMs: number
  /** For how long it keeps jobs for a main thread that is stuck. */
  readonly longestBlockMs: number
}

/** What the thread is given. */
export interface LockThreadData {
  readonly broker: RedisBroker
  readonly lockMs: number
  readonly longestBlockMs: number
  /** When the main thread was last seen at work: one whole number of milliseconds. */
  readonly pulse: SharedArrayBuffer
  /** The memory of the tables so far; more come as messages. */
  readonly tables: readonly SharedArrayBuffer[]
  /** The clock's value when the main thread's time began. */
  readonly originNs: bigint
}

/** Where a job sits. */
export interface HeldSeat {
  readonly table: SeatTable
  readonly seat: Seat
}

/** One that ended by itself is not made anew at once: what ended it may end the next, too. */
const REST_MS = 60_000

/**
 * Keeps a worker's jobs its own while its main thread is stuck in a task: another thread, with a connection of its own,
 * renews the locks that this one should have renewed long ago. It starts with the first job, asks this thread nothing,
 * and lets the process end.
 */
export class LockThread {
  readonly #pulse = new Int32Array(new SharedArrayBuffer(4))
  readonly #tables: SeatTable[] = []
  #thread: Worker | undefined
  #endedAt: number | undefined
  #isStopped = false

  constructor(
    private readonly broker: RedisBroker,
    private readonly keys: Keys,
    private readonly options: LockThreadOptions,
    private readonly onError: (error: Error) => void,
  ) {}

  /** Covers a job from now on, before its task has run a step. Undefined where that cannot be. */
  hold({ lane, id, token, taken }: ActiveJob, now: number): HeldSeat | undefined {
    if (this.#thread === undefined && !this.#start(now)) return undefined
    const table = this.#tables.find((one) => !one.isFull) ?? this.#oneMore()
    const seat = table.fill({ base: this.keys.lane(lane.lane, ''), id, token, taken }, now | 0)
    return seat === undefined ? undefined : { table, seat }
  }

  /** This thread has renewed the job's lock. */
  renewed({ table, seat }: HeldSeat, now: number): void {
    table.note(seat, now | 0)
  }

  release({ table, seat }: HeldSeat): void {
    table.empty(seat)
  }

  /** This thread is at work. To be called every now and then. */
  beat(now: number): void {
    Atomics.store(this.#pulse, 0, now | 0)
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    await this.#thread?.terminate()
  }

  #oneMore(): SeatTable {
    const table = new SeatTable()
    this.#tables.push(table)
    this.#thread?.postMessage(table.memory)
    return table
  }

  #start(now: number): boolean {
    if (this.#isStopped || now - (this.#endedAt ?? Number.NEGATIVE_INFINITY) < REST_MS) return false
    this.beat(now)
    try {
      this.#thread = this.#make(now)
      return true
    } catch (error) {
      this.#note(error as Error)
      return false
    }
  }

  #make(now: number): Worker {
    const { entry, lockMs, longestBlockMs } = this.options
    const workerData: LockThreadData = {
      ...{ broker: this.broker, lockMs, longestBlockMs, pulse: this.#pulse.buffer as SharedArrayBuffer },
      tables: this.#tables.map(({ memory }) => memory),
      originNs: process.hrtime.bigint() - BigInt(Math.round(now * 1e6)),
    }
    // No flags of the process: what they load before all else is not for this thread.
    const resourceLimits = { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 4 }
    const thread = new Worker(entry, { name: 'taskq-locks', workerData, execArgv: [], resourceLimits })
    thread.on('error', (error) => this.#note(error as Error))
    thread.on('exit', () => {
      this.#thread = undefined
      this.#endedAt = performance.now()
    })
    thread.unref()
    return thread
  }

  #note(error: Error): void {
    this.#endedAt = performance.now()
    if (this.#isStopped) return
    const says = `no thread keeps the locks of jobs that block the event loop: ${error.message}`
    this.onError(new Error(says, { cause: error }))
  }
}

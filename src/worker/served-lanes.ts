import { setTimeout } from 'node:timers/promises'
import { isAway } from '../engine/connection/broker-link.js'
import type { LaneConsumer } from '../engine/consumer.js'
import type { WorkerSide } from '../engine/workers/worker-side.js'
import type { Dispatcher } from './dispatcher.js'
import type { WorkerOptions } from './worker-options.js'

/** What serving lanes needs of its worker. */
type Rules = Pick<
  WorkerOptions,
  'name' | 'queues' | 'tasks' | 'lockMs' | 'stallCheckMs' | 'taskFacts' | 'retention' | 'onEvent'
>

/** Between two tries to open a lane while the broker is away. */
const REOPEN_MS = 500

/** The queues that a worker serves, each with all its lanes. Queues come and go while it works. */
export class ServedLanes {
  readonly #queues: Set<string>
  readonly #knows: ReadonlySet<string>
  readonly #lanes = new Map<string, LaneConsumer>()
  /** Cancelled, with jobs that still run. */
  readonly #leaving = new Set<LaneConsumer>()
  #closed = false

  constructor(
    private readonly side: WorkerSide,
    private readonly dispatcher: Dispatcher,
    private readonly rules: Rules,
    private readonly onError: (error: Error) => void,
  ) {
    this.#queues = new Set(rules.queues)
    this.#knows = new Set(rules.tasks.map(({ name }) => name))
  }

  /** The logical queues, by name. */
  get queues(): string[] {
    return [...this.#queues].sort()
  }

  /** The lanes that it asks for jobs. */
  get open(): LaneConsumer[] {
    return [...this.#lanes.values()]
  }

  serves(queue: string): boolean {
    return this.#queues.has(queue)
  }

  /** Serves one more queue. Where that fails, it is not served: nor by the next look for lanes. */
  async addQueue(queue: string): Promise<void> {
    this.#queues.add(queue)
    try {
      await this.openNew()
    } catch (error) {
      this.cancelQueue(queue)
      throw error
    }
  }

  /** Takes no more jobs of a queue. Those that run go on. */
  cancelQueue(queue: string): void {
    this.#queues.delete(queue)
    for (const [lane, consumer] of this.#lanes) {
      if (consumer.name.queue !== queue) continue
      this.#drop(lane, consumer)
    }
  }

  /**
   * Opens the lanes that were not there before. They are served together when all are open: a burst must not end before
   * it has seen the last.
   */
  async openNew(): Promise<void> {
    const lanes = await this.side.lanes.ofQueues(this.queues, (task) => this.#knows.has(task))
    const fresh = lanes.filter((lane) => !this.#lanes.has(lane))
    const openings = await Promise.allSettled(fresh.map((lane) => this.#open(lane)))
    for (const opening of openings) {
      if (opening.status === 'rejected') continue
      if (this.#isWanted(opening.value)) this.dispatcher.add(opening.value)
      else await opening.value.close()
    }
    for (const opening of openings) if (opening.status === 'rejected') throw opening.reason
  }

  async recoverLost(): Promise<void> {
    const { holds } = this.side
    for (const consumer of this.#lanes.values()) {
      // After an outage those who hold jobs come first.
      if (!holds.areAllBack) return
      const ids = await consumer.recoverLost(() => holds.areAllBack)
      if (ids.length > 0) this.rules.onEvent({ name: 'jobs.recovered', queue: consumer.name.queue, ids })
    }
  }

  async sweep(): Promise<void> {
    for (const [lane, consumer] of this.#lanes) {
      await this.side.sweep(lane, this.rules.retention)
      if (this.#isForParked(consumer) && (await this.side.retire(lane))) this.#drop(lane, consumer)
    }
    await this.side.sweepUnserved(this.queues, new Set(this.#lanes.keys()), this.rules.retention)
    await this.side.sweepClaims()
  }

  /** No lane is served from now on. */
  end(): void {
    this.#closed = true
  }

  /** Waits for no job: what cancelled lanes still run may itself wait for a broker that is away. */
  async close(): Promise<void> {
    this.end()
    await Promise.allSettled([...this.#lanes.values(), ...this.#leaving].map((lane) => lane.close()))
  }

  /** The queue may have been cancelled, or the worker told to stop, while the lane was being opened. */
  #isWanted(consumer: LaneConsumer): boolean {
    return !this.#closed && this.#lanes.get(consumer.lane) === consumer
  }

  /** A broker that goes away meanwhile is waited for, as by a worker that works. */
  async #open(lane: string): Promise<LaneConsumer> {
    const { lockMs, stallCheckMs, name } = this.rules
    for (;;) {
      const consumer = this.side.consumer(lane, { lockMs, stallCheckMs, worker: name }, this.onError)
      this.#lanes.set(lane, consumer)
      const error = await failureOf(consumer)
      if (error === undefined) return consumer
      if (isAway(error)) await setTimeout(REOPEN_MS)
      if (isAway(error) && this.#isWanted(consumer)) continue
      // Forgotten, so that the next look for lanes tries again.
      if (this.#lanes.get(lane) === consumer) this.#lanes.delete(lane)
      throw error
    }
  }

  /** Only what had no lane of its own before is put into one by parking. */
  #isForParked({ name: { task } }: LaneConsumer): boolean {
    return task !== undefined && this.rules.taskFacts.get(task)?.limited !== true
  }

  #drop(lane: string, consumer: LaneConsumer): void {
    this.#lanes.delete(lane)
    void this.#leave(consumer)
  }

  async #leave(consumer: LaneConsumer): Promise<void> {
    this.#leaving.add(consumer)
    await this.dispatcher.remove(consumer)
    await consumer.close().catch(this.onError)
    this.#leaving.delete(consumer)
  }
}

/** Opens a lane; why that failed, where it did: it is closed then. */
async function failureOf(consumer: LaneConsumer): Promise<Error | undefined> {
  try {
    await consumer.open()
    return undefined
  } catch (error) {
    await consumer.close().catch(() => {})
    return error as Error
  }
}

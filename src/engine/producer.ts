import type { ChainableCommander } from 'ioredis'
import type { CallerClock } from './clock/caller-clock.js'
import type { BrokerLink } from './connection/broker-link.js'
import { runPipeline } from './connection/run-pipeline.js'
import { type AddedJob, type Answers, Delivery, type Entry, isFinal, type NewJob, withJob } from './delivery.js'
import { sendDurably } from './durability/send-durably.js'
import { type AddSite, addTo, prepareToAdd } from './jobs/add-job.js'
import { noteChildren } from './jobs/children.js'
import type { Keys } from './keys.js'
import { announceLane } from './lanes/announce-lane.js'
import type { LaneBackends } from './lanes/lane-backends.js'
import { isGuarded } from './same-jobs/guarded-add.js'
import { type AddedPart, ackParts, learnAck } from './workflows/ack-parts.js'
import { LateAcks } from './workflows/late-acks.js'

/**
 * Jobs in one pipeline. Smaller pipelines side by side let this process write while the broker works;
 * one of 1,000 makes them take turns (measured: 1.3 × as fast).
 */
const PIPELINE = 100

/**
 * Puts jobs into lanes, within a deadline and never twice: a job's id is made by the caller, so sending it
 * again after a cut-off reply adds nothing. Jobs that are added in the same turn of the event loop travel
 * together.
 */
export class Producer {
  readonly #known = new Set<string>()
  readonly #answers: Answers = { lastAt: Number.NEGATIVE_INFINITY }
  #batch: Entry[] = []
  /** Of parts of workflows. */
  readonly lateAcks: LateAcks

  constructor(
    private readonly link: BrokerLink,
    private readonly backends: LaneBackends,
    private readonly keys: Keys,
    /** How long an enqueue may take before it is given up, in milliseconds. */
    private readonly timeoutMs: number,
    private readonly clock: CallerClock,
  ) {
    this.lateAcks = new LateAcks(link, keys)
    // It may be back with nothing in it.
    link.connection.on('ready', () => this.#known.clear())
  }

  /**
   * Adds a job, or finds the one that stands for it.
   *
   * @throws TaskqError `TASKQ_ENQUEUE_NOT_SENT` when the job surely does not exist, `TASKQ_ENQUEUE_UNKNOWN`
   *   when it may, `TASKQ_ENQUEUE_REFUSED` when the broker said no, `TASKQ_ENQUEUE_UNREPLICATED` when it exists and
   *   replicas that must have it did not say so in time
   */
  add(job: NewJob): Promise<AddedJob> {
    return new Promise((resolve, reject) => {
      if (this.#batch.length === 0) queueMicrotask(() => this.#flush())
      this.#batch.push({ job, resolve, reject })
    })
  }

  #flush(): void {
    const batch = this.#batch
    this.#batch = []
    for (let start = 0; start < batch.length; start += PIPELINE) {
      const part = batch.length <= PIPELINE ? batch : batch.slice(start, start + PIPELINE)
      const delivery = new Delivery(
        part,
        (...sent) => this.#sendAndHold(...sent),
        this.link,
        this.timeoutMs,
        this.#answers,
      )
      void this.link.use(() => delivery.run())
    }
  }

  #sendAndHold(entries: readonly Entry[], onAnswer: () => void): Promise<void> {
    const { acks } = this.link
    if (acks === undefined) return this.#send(entries, onAnswer)
    return sendDurably(acks, entries, (held) => this.#send(held, onAnswer))
  }

  /** One attempt. Settles what the broker answered; what was cut off is thrown. */
  async #send(entries: readonly Entry[], onAnswer: () => void): Promise<void> {
    for (const { job } of entries) if (!this.#known.has(job.lane)) await this.#announce(job.lane)
    const { client } = this.backends.opened ?? (await this.backends.open())
    const now = () => this.clock.now()
    const site: AddSite = { connection: this.link.connection, backends: this.backends, keys: this.keys, now }
    prepareToAdd(
      site.connection,
      entries.map(({ job }) => job),
    )
    const late = entries.map(({ job }) => this.lateAcks.isFresh(job))
    const parts = notedNow(entries, late)
    if (parts.length > 0) learnAck(site.connection)
    const [only] = entries
    const isAlone = entries.length === 1 && parts.length === 0
    if (isAlone && only !== undefined && only.job.parent === undefined) {
      const reply = await addTo(client, only.job, site)
      onAnswer()
      only.resolve(addedAs(only.job, reply))
      this.#noteLater(entries, late)
      return
    }
    const pipeline = client.pipeline()
    for (const { job } of entries) void addTo(pipeline, job, site)
    const certain = entries.flatMap(({ job }) => (isGuarded(job) ? [] : [job]))
    noteChildren(pipeline as unknown as ChainableCommander, this.keys, certain)
    if (parts.length > 0) ackParts(pipeline as unknown as ChainableCommander, this.keys, parts)
    const replies = ((await pipeline.exec()) ?? []) as [Error | null, unknown][]
    if (replies.some(([error]) => error === null)) onAnswer()
    await this.#noteStanding(entries, replies)
    settleEach(entries, replies)
    this.#noteLater(entries, late, replies)
  }

  #noteLater(entries: readonly Entry[], late: readonly boolean[], replies?: readonly [Error | null, unknown][]): void {
    entries.forEach(({ job }, at) => {
      if (late[at] === true && !replies?.[at]?.[0]) this.lateAcks.add(job)
    })
  }

  /** Which job stands for a call is known by the answer only. Where it was cut off, the call is sent again. */
  async #noteStanding(entries: readonly Entry[], replies: readonly [Error | null, unknown][]): Promise<void> {
    const children = entries.flatMap(({ job }, index) => {
      const [error, reply] = replies[index] ?? []
      const isNoted = job.parent === undefined || !isGuarded(job)
      return isNoted || error !== null ? [] : [{ ...job, id: addedAs(job, reply).id }]
    })
    if (children.length === 0) return
    const pipeline = this.link.connection.pipeline()
    noteChildren(pipeline, this.keys, children)
    await runPipeline(pipeline)
  }

  /** Notes a lane where workers look for lanes. Before its first job, so that none waits unseen. */
  async #announce(lane: string): Promise<void> {
    const pipeline = this.link.connection.pipeline()
    announceLane(pipeline, this.keys, lane)
    await runPipeline(pipeline)
    this.#known.add(lane)
  }
}

function settleEach(entries: readonly Entry[], replies: readonly [Error | null, unknown][]): void {
  const cutOff = replies.find(([error]) => error !== null && !isFinal(error))?.[0]
  if (cutOff) throw cutOff
  if (replies.length < entries.length) throw new Error('the broker answered to fewer jobs than were sent')
  entries.forEach(({ job, resolve, reject }, index) => {
    const error = replies[index]?.[0]
    if (error) reject(withJob(error, job))
    else resolve(addedAs(job, replies[index]?.[1]))
  })
}

/** Those whose workflows are to hear of them in the same pipeline. */
const notedNow = (entries: readonly Entry[], late: readonly boolean[]): AddedPart[] =>
  entries.flatMap(({ job: { part, lane } }, at) => (part === undefined || late[at] === true ? [] : [{ part, lane }]))

/** The engine answers with the id of the job that stands for the call; with its lane, where it is another's. */
const addedAs = (job: NewJob, reply: unknown): AddedJob => {
  const [id, lane, taken] = (Array.isArray(reply) ? reply : [reply ?? job.id]) as [string, string?, 'taken'?]
  return { id, isNew: id === job.id && taken === undefined, ...(lane !== undefined && { lane }) }
}

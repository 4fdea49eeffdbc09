import type { JobJson } from 'bullmq'
import { TaskqError } from '../errors/taskq-error.js'
import type { BrokerLink } from './broker-link.js'
import { withDeadline } from './deadline.js'
import type { Keys } from './keys.js'
import type { LaneBackends } from './lane-backends.js'

/** A job on its way to the broker. */
export interface NewJob {
  readonly id: string
  readonly lane: string
  readonly task: string
  /** The envelope, as JSON. */
  readonly data: string
  /** Milliseconds until it may run; 0 for now. */
  readonly delayMs: number
}

interface Entry {
  readonly job: NewJob
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/**
 * Jobs in one pipeline. Smaller pipelines side by side let this process write while the broker works;
 * one of 1,000 makes them take turns (measured: 1.3 × as fast).
 */
const PIPELINE = 100
/** Events kept per lane. The engine's own 10,000 cost a small broker more memory than the jobs. */
const MAX_EVENTS = 2000

/**
 * Puts jobs into lanes, within a deadline and never twice: a job's id is made by the caller, so sending it
 * again after a cut-off reply adds nothing. Jobs that are added in the same turn of the event loop travel
 * together.
 */
export class Producer {
  readonly #known = new Set<string>()
  readonly #answers: Answers = { lastAt: Number.NEGATIVE_INFINITY }
  #batch: Entry[] = []

  constructor(
    private readonly link: BrokerLink,
    private readonly backends: LaneBackends,
    private readonly keys: Keys,
    /** How long an enqueue may take before it is given up, in milliseconds. */
    private readonly timeoutMs: number,
  ) {}

  /**
   * Adds a job.
   *
   * @throws TaskqError `TASKQ_ENQUEUE_NOT_SENT` when the job surely does not exist, `TASKQ_ENQUEUE_UNKNOWN`
   *   when it may, `TASKQ_ENQUEUE_REFUSED` when the broker said no
   */
  add(job: NewJob): Promise<void> {
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
      const delivery = new Delivery(part, (entries) => this.#send(entries), this.link, this.timeoutMs, this.#answers)
      void this.link.use(() => delivery.run())
    }
  }

  /** One attempt. Settles what the broker answered; what was cut off is thrown. */
  async #send(entries: readonly Entry[]): Promise<void> {
    for (const { job } of entries) if (!this.#known.has(job.lane)) await this.#announce(job.lane)
    const { backend, client } = this.backends.opened ?? (await this.backends.open())
    const [only] = entries
    if (entries.length === 1 && only !== undefined) {
      await backend.addJobToTransaction(client, ...this.#toAdd(only.job))
      only.resolve()
      return
    }
    const pipeline = client.pipeline()
    for (const { job } of entries) void backend.addJobToTransaction(pipeline, ...this.#toAdd(job))
    const replies = (await pipeline.exec()) ?? []
    settleEach(entries, replies as [Error | null, unknown][])
  }

  #toAdd(job: NewJob): [JobJson, string, Record<string, never>, ReturnType<LaneBackends['keysOf']>] {
    const json = {
      id: job.id,
      name: job.task,
      data: job.data,
      opts: job.delayMs > 0 ? { delay: job.delayMs } : {},
      timestamp: Date.now(),
    } as unknown as JobJson
    return [json, job.id, {}, this.backends.keysOf(job.lane)]
  }

  /** Notes a lane where workers look for lanes. Before its first job, so that none waits unseen. */
  async #announce(lane: string): Promise<void> {
    const { connection } = this.link
    await Promise.all([
      connection.sadd(this.keys.lanes, lane),
      connection.hset(this.keys.lane(lane, 'meta'), 'opts.maxLenEvents', MAX_EVENTS),
    ])
    this.#known.add(lane)
  }
}

/** What deliveries share: when the broker last answered. While it answers, a long row of batches is no outage. */
interface Answers {
  lastAt: number
}

/** Brings one batch to the broker within the deadline, over as many connections as that takes. */
class Delivery {
  readonly #startedAt = performance.now()
  #mayExist = false
  #lastError: Error | undefined

  constructor(
    private readonly entries: readonly Entry[],
    private readonly send: (entries: readonly Entry[]) => Promise<void>,
    private readonly link: BrokerLink,
    private readonly timeoutMs: number,
    private readonly answers: Answers,
  ) {}

  async run(): Promise<void> {
    while (this.#leftMs() > 0) {
      try {
        if (!this.link.ready) await this.link.whenReady(this.#leftMs())
        await this.#attempt()
        this.answers.lastAt = performance.now()
        return
      } catch (error) {
        this.#lastError = error as Error
        if (isFinal(error)) return this.#rejectAll(error)
        await new Promise((resolve) => setTimeout(resolve, Math.min(50, this.timeoutMs)))
      }
    }
    this.#giveUp()
  }

  #leftMs(): number {
    return Math.max(this.#startedAt, this.answers.lastAt) + this.timeoutMs - performance.now()
  }

  async #attempt(): Promise<void> {
    const sent = this.send(this.entries)
    try {
      await this.#answerTo(sent)
    } catch (error) {
      // "isn't writeable" is said before anything is written; all else may have reached the broker.
      if (!/isn't writeable/.test((error as Error).message)) this.#mayExist = true
      throw error
    }
  }

  /** The connection is given up only when nothing at all has come back on it for the whole time. */
  async #answerTo(sent: Promise<void>): Promise<void> {
    for (;;) {
      try {
        return await withDeadline(sent, Math.max(1, this.#leftMs()), () => NO_ANSWER)
      } catch (error) {
        if (error !== NO_ANSWER) throw error
        if (this.#leftMs() <= 0) throw this.link.silent()
      }
    }
  }

  #giveUp(): void {
    const cause = this.#lastError
    const reason = cause?.message ?? 'no answer'
    this.#rejectAll(
      this.#mayExist
        ? new TaskqError('TASKQ_ENQUEUE_UNKNOWN', `the broker did not confirm the job, which may exist: ${reason}`, {
            hint: 'Ask for its state later by its id, in error.data.jobId, or make the task idempotent and enqueue again.',
            cause,
          })
        : new TaskqError('TASKQ_ENQUEUE_NOT_SENT', `the job does not exist: ${reason}`, {
            hint: 'Is the broker running? It is safe to enqueue again.',
            cause,
          }),
    )
  }

  #rejectAll(error: unknown): void {
    for (const { job, reject } of this.entries) reject(withJob(error, job))
  }
}

function settleEach(entries: readonly Entry[], replies: readonly [Error | null, unknown][]): void {
  const cutOff = replies.find(([error]) => error !== null && !isFinal(error))?.[0]
  if (cutOff) throw cutOff
  if (replies.length < entries.length) throw new Error('the broker answered to fewer jobs than were sent')
  entries.forEach(({ job, resolve, reject }, index) => {
    const error = replies[index]?.[0]
    if (error) reject(withJob(error, job))
    else resolve()
  })
}

/** The broker's own "no" is final; a lost connection or a broker that is not ready yet is not. */
function isFinal(error: unknown): boolean {
  if (error instanceof TaskqError) return error.code === 'TASKQ_BROKER_AUTH'
  const { name, message } = error as Error
  if (name !== 'ReplyError') return false
  return !/^(LOADING|READONLY|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|UNBLOCKED)/.test(message)
}

function withJob(error: unknown, job: NewJob): TaskqError {
  const data = { jobId: job.id, task: job.task }
  if (error instanceof TaskqError) {
    const { code, message, hint, cause } = error
    return new TaskqError(code, `${job.task}: ${message}`, { ...(hint !== undefined && { hint }), cause, data })
  }
  return new TaskqError(
    'TASKQ_ENQUEUE_REFUSED',
    `${job.task}: the broker refused the job: ${(error as Error).message}`,
    {
      hint: 'The job does not exist. OOM means that Redis is at maxmemory; NOPERM that the user lacks a command.',
      cause: error,
      data,
    },
  )
}

const NO_ANSWER = new Error('no answer in time')

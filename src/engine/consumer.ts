import type { RedisQueueBackend } from 'bullmq'
import type { JobFailure } from '../errors/job-failure.js'
import { createBackend, prepareWaiting, reviveWaiting } from './backend.js'
import type { BrokerClock } from './clock/broker-clock.js'
import { tellTime } from './clock/timed-scripts.js'
import type { Connection } from './connection/connection.js'
import { DamagedJobs } from './jobs/damaged-jobs.js'
import { asideFields } from './jobs/job-aside.js'
import { type Burial, type Finish, type JobEnd, JobEnds, type Success } from './jobs/job-ends.js'
import { retryFields } from './jobs/job-tries.js'
import { parkJob } from './jobs/park-job.js'
import { type NoJob, readPullReply, type TakenJob } from './jobs/pull-reply.js'
import { RetryingIndex } from './jobs/retrying-index.js'
import type { Keys } from './keys.js'
import { type LaneName, laneOf, parseLane } from './lanes/lane.js'
import { LaneGate } from './limits/lane-gate.js'
import { checkCarefully } from './locks/careful-check.js'
import type { HeldJob } from './locks/held-job.js'
import { renewSeated } from './locks/renew-script.js'
import { keepNoLonger } from './workflows/keep-for-owner.js'
import { PartEnds } from './workflows/part-ends.js'
import { waitForWorkflow } from './workflows/wait-script.js'
import type { WorkflowMove } from './workflows/workflow-record.js'

/** A job that this worker holds. */
export interface ActiveJob extends TakenJob {
  /** What proves that the job is ours. */
  readonly token: string
  readonly lane: LaneConsumer
  /** When it was asked for, by this process's clock. */
  readonly askedAt: number
}

/** What asking a lane for a job gave. */
export interface Pull extends NoJob {
  readonly job?: ActiveJob
  /** What the end of a workflow's part let begin. */
  readonly move?: WorkflowMove
}

/** How a worker's lanes behave. */
export interface ConsumerOptions {
  /** How long a job stays ours without a sign of life. */
  readonly lockMs: number
  /** How often jobs whose worker is gone are looked for. */
  readonly stallCheckMs: number
  /** The worker's name, kept with the jobs that it runs. */
  readonly worker?: string
}

/**
 * A check that any worker made spares the others theirs for this part of the interval. No longer: the one that made it may
 * be the one that dies next, and the rest of the interval is all that jobs may wait for another.
 */
const SHARED_CHECK = 0.2
/** The longest wait for a new job in one command: the worker comes round that often. */
const IDLE_WAIT_SECONDS = 5
const MAX_WAIT_SECONDS = 10
/** Crashes are counted and judged by the worker (taskq's crash budget), never by the engine. */
const NEVER = 1_000_000_000

/**
 * One lane as a worker sees it: ask for a job, wait for one, and say what became of it. Each is one script
 * in the broker, so a job is always in exactly one place.
 */
export class LaneConsumer {
  readonly name: LaneName
  readonly #backend: RedisQueueBackend
  readonly #retrying: RetryingIndex
  readonly #damaged: DamagedJobs
  /** Only lanes of single tasks have one. */
  readonly #gate: LaneGate<Pull> | undefined
  readonly #ends: JobEnds
  #closed = false
  /** The broker's time, in whole milliseconds since 1970. */
  readonly #now = () => Math.floor(this.clock.now())

  constructor(
    readonly lane: string,
    private readonly connection: Connection,
    private readonly keys: Keys,
    private readonly clock: BrokerClock,
    private readonly options: ConsumerOptions,
    onError: (error: Error) => void,
  ) {
    this.name = parseLane(lane)
    this.#retrying = new RetryingIndex(connection, keys, lane)
    this.#damaged = new DamagedJobs(connection, keys, lane, options.lockMs)
    this.#backend = createBackend(lane, connection, keys.prefix, {
      blocking: true,
      lockDuration: options.lockMs,
      stalledInterval: options.stallCheckMs * SHARED_CHECK,
      maxStalledCount: NEVER,
      ...(options.worker !== undefined && { name: options.worker }),
    })
    this.#backend.on('error', (error: Error) => {
      if (!this.#closed) onError(error)
    })
    this.#gate = this.#gateFor(connection)
    // Last: what the gate diverts is told it, too.
    tellTime(this.#backend, this.#now)
    const parts = new PartEnds(connection, keys, lane, this.#backend, this.#gate !== undefined, this.#now)
    this.#ends = new JobEnds(this.#backend, parts, options.worker, this.#now)
  }

  async open(): Promise<void> {
    await this.#backend.waitUntilReady()
    await prepareWaiting(this.#backend)
    checkCarefully(this.#backend, this.connection, this.keys.checked(this.lane), { ...this.options, now: this.#now })
    await this.#gate?.open()
  }

  /** Takes the next job, if there is one that may start. */
  async pull(token: string): Promise<Pull> {
    return this.#next(this.#backend.moveToActive(token, this.options.worker), { token })
  }

  /** Returns when there may be a job: a new one came, the next one is due, or some seconds are over. */
  async waitForWork(nextDueAt?: number): Promise<void> {
    const seconds = nextDueAt === undefined ? IDLE_WAIT_SECONDS : this.msUntil(nextDueAt) / 1000
    if (seconds <= 0 || this.#closed) return
    await reviveWaiting(this.#backend)
    await this.#backend.waitForJob(Math.max(this.#backend.minimumBlockTimeout, Math.min(seconds, MAX_WAIT_SECONDS)))
  }

  /** How many milliseconds there are until a moment of the broker's time. */
  msUntil(at: number): number {
    return at - this.clock.now()
  }

  /** Ends a wait that is under way. */
  async wake(): Promise<void> {
    this.#closed = true
    await this.#backend.disconnectBlocking(false).catch(() => {})
  }

  /** Puts what the engine calls lost jobs back, and returns their ids. Asks `mayLook` last of all. */
  async recoverLost(mayLook = () => true): Promise<string[]> {
    await this.#gate?.look()
    return mayLook() ? this.#damaged.recovering(() => this.#backend.moveStalledJobsToWait()) : []
  }

  /** Renews the hold on jobs, and takes back what nobody else has taken; returns those that are no longer ours. */
  async renewLocks(jobs: readonly ActiveJob[]): Promise<string[]> {
    const seats = jobs.map((job) => ({ base: this.keys.lane(this.lane, ''), ...job }))
    return (await renewSeated(this.connection, seats, this.options.lockMs)).map(({ id }) => id)
  }

  /** The job is done. With `keep: false` every trace of it goes. */
  async succeed(job: ActiveJob, result: unknown, how: Success): Promise<Pull> {
    const next = await this.#finish(job, how.fetchNext, this.#ends.success(job, result, how))
    if (job.waitsFor !== undefined) void keepNoLonger(this.connection, this.keys, job.waitsFor)
    return next
  }

  /** The job failed and runs again after `delayMs`. */
  async retry(job: ActiveJob, failure: JobFailure, delayMs: number, { fetchNext }: Finish): Promise<Pull> {
    const now = this.#now()
    const fieldsToUpdate = retryFields(job, failure, this.options.worker, now, now + delayMs)
    if (delayMs === 0) {
      return this.#end(job, false, async () => {
        await this.#backend.retryJob(job.id, false, job.token, { fieldsToUpdate })
        return {}
      })
    }
    this.#retrying.note(job.id, now, now + delayMs)
    return this.#end(job, fetchNext, (next) => {
      const moved = this.#backend.moveToDelayed(job.id, now, delayMs, job.token, { fieldsToUpdate, fetchNext: next })
      moved.catch(() => this.#retrying.forget(job.id))
      return this.#next(moved, job)
    })
  }

  /** The job failed for good, or could not be run. It is kept as a dead letter; with `keep: false` every trace of it goes. */
  async bury(job: ActiveJob, failure: JobFailure, how: Burial): Promise<Pull> {
    return this.#finish(job, how.fetchNext, this.#ends.burial(job, failure, how))
  }

  /** Gives the job back, to the head of its queue; no attempt is counted. */
  async giveBack(job: HeldJob): Promise<void> {
    await this.#end(job, false, async () => {
      await this.#backend.moveJobFromActiveToWait(job.id, job.token)
      return {}
    })
  }

  /** Puts the job aside for a while; no attempt is counted. The reason is kept with it until it is taken again. */
  async postpone(job: ActiveJob, delayMs: number, reason: string): Promise<void> {
    const fieldsToUpdate = asideFields(job, reason)
    const now = this.#now()
    if (job.attemptsMade > 0) this.#retrying.note(job.id, now, now + delayMs)
    await this.#end(job, false, async () => {
      await this.#backend.moveToDelayed(job.id, now, delayMs, job.token, { skipAttempt: true, fieldsToUpdate })
      return {}
    })
  }

  /** Puts the job aside until a workflow is over, which it then ends like; no attempt is counted. */
  async waitFor(job: ActiveJob, workflow: string): Promise<void> {
    await this.#end(job, false, async () => {
      await waitForWorkflow(this.connection, this.keys, this.lane, job, workflow, this.#now())
      return {}
    })
  }

  /** Moves the job to its task's own lane, where only workers that know the task look; no attempt is counted. Returns that lane. */
  async park(job: ActiveJob): Promise<string> {
    await this.#end(job, false, async () => {
      await parkJob(this.connection, this.keys, this.lane, job)
      return {}
    })
    return laneOf(this.lane, job.task)
  }

  async progress(job: ActiveJob, value: unknown): Promise<void> {
    await this.#backend.updateProgress(job.id, value as never)
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.#backend.close(true)
  }

  /** Reads the job that a reply hands over. */
  async #next(reply: Promise<unknown>, { token, id: ended }: { token: string; id?: string }): Promise<Pull> {
    const held = { token, lane: this, askedAt: performance.now() }
    try {
      const read = readPullReply(await reply)
      return 'id' in read ? { job: { ...read, ...held } } : read
    } catch (error) {
      return { job: { ...(await this.#damaged.takenAsIs(error, token, ended)), ...held } }
    }
  }

  #gateFor(connection: Connection): LaneGate<Pull> | undefined {
    if (this.name.task === undefined) return undefined
    return new LaneGate(connection, this.keys, this.lane, this.#backend, (token) => this.pull(token))
  }

  #finish(job: ActiveJob, fetchNext: boolean, { tell, part }: JobEnd): Promise<Pull> {
    const ended = this.#end(job, fetchNext, (next) => this.#next(tell(next), job))
    return part === undefined ? ended : ended.then((pull) => (part.move ? { ...pull, move: part.move } : pull))
  }

  /** Says how a run ended. */
  #end(job: HeldJob, fetchNext: boolean, tell: (fetchNext: boolean) => Promise<Pull>): Promise<Pull> {
    const end = () => (this.#gate === undefined ? tell(fetchNext) : this.#gate.end(job, fetchNext, tell))
    return this.#damaged.mending(end, job)
  }
}

import type { Codec } from '../codec/codec.js'
import { readStoredFields } from '../codec/envelope.js'
import { parseLogLine } from '../codec/parse-log-line.js'
import { whileWaiting } from '../context/while-waiting.js'
import type { Engine } from '../engine/engine.js'
import type { FinishEvent } from '../engine/jobs/finish-watch.js'
import type { JobRecord } from '../engine/jobs/job-record.js'
import { jobStateOf } from '../engine/jobs/job-state.js'
import { RETRIED } from '../engine/jobs/retry-script.js'
import { JobFailedError, type JobFailure } from '../errors/job-failure.js'
import type { TaskqError } from '../errors/taskq-error.js'
import type { AsyncResult, JobLogLine, ProgressOptions, Revocation, RevokeOptions } from '../task/async-result.js'
import type { JobState } from '../task/job-state.js'
import { partOf } from '../task/names.js'
import { graceOf } from '../task/revoke-grace.js'
import { type Duration, formatDuration } from '../time/duration.js'
import { readProgress } from './job-progress.js'
import { HINTS, resultError } from './result-error.js'
import { timeoutOf } from './timeout-option.js'
import type { PartStanding } from './workflow-results/part-standing.js'

/** What is known of a job beside its id. */
export interface JobTraits {
  readonly task?: string
  readonly lane?: string
  readonly ignoreResult?: boolean
  /** Whether it was there already, and stands for the call that this handle is of. */
  readonly deduplicated?: boolean
}

/** What waiting for a job's end came to in one lane. */
type JobEnd = { readonly value: unknown } | { readonly movedTo: string }

type WhyNot = Parameters<typeof resultError> extends [unknown, ...infer Rest] ? Rest : never

/** How a console asks a value to show itself. */
const INSPECT: unique symbol = Symbol.for('nodejs.util.inspect.custom')

const DEFAULT_TIMEOUT: Duration = '30s'
/** As many as are kept of a job. */
const MOST_LINES = 1000
const DONE: ReadonlySet<JobState> = new Set(['succeeded', 'failed', 'dead', 'revoked', 'expired'])

/** An {@link AsyncResult} over the engine. */
export class JobResult<R, P = unknown> implements AsyncResult<R, P> {
  readonly task: string | undefined
  readonly deduplicated: boolean

  constructor(
    readonly id: string,
    private readonly traits: JobTraits,
    private readonly engine: Engine,
    /** Milliseconds that results are kept where the job does not say. */
    private readonly resultTtlMs: number,
    private readonly codec: Codec,
    /** Makes the handle of another job, or workflow. */
    private readonly handle: (id: string, traits?: JobTraits) => AsyncResult,
  ) {
    this.task = traits.task
    this.deduplicated = traits.deduplicated ?? false
  }

  /** On a console, without the engine: that holds the broker's password. */
  [INSPECT](): object {
    return { id: this.id, ...(this.task !== undefined && { task: this.task }) }
  }

  async get({ timeout = DEFAULT_TIMEOUT }: { timeout?: Duration } = {}): Promise<R> {
    const timeoutMs = timeoutOf('get', timeout)
    if (this.traits.ignoreResult === true)
      throw this.#error('TASKQ_RESULT_IGNORED', 'its task has ignoreResult: there is nothing to wait for')
    const deadline = performance.now() + timeoutMs
    let lane: string | undefined = this.traits.lane ?? (await this.#laneFor(timeoutMs))
    while (lane !== undefined) {
      const end = await this.#endIn(lane, Math.max(0, deadline - performance.now()))
      if (end !== undefined && 'value' in end) return end.value as R
      lane = end?.movedTo
    }
    throw await this.#timeout(timeoutMs)
  }

  #endIn(lane: string, timeoutMs: number): Promise<JobEnd | undefined> {
    const look = (event: FinishEvent | undefined) => this.#lookForEnd(lane, event)
    const here = { lane, id: this.id }
    return whileWaiting((signal) => this.engine.finish.until(here, look, timeoutMs, signal), here)
  }

  async state(): Promise<JobState> {
    const job = await this.#find()
    if (job === undefined) return (await this.#partStanding())?.state ?? 'unknown'
    return this.#isOver(job) ? 'unknown' : jobStateOf(job)
  }

  async ready(): Promise<boolean> {
    return DONE.has(await this.state())
  }

  async successful(): Promise<boolean> {
    return (await this.state()) === 'succeeded'
  }

  async failed(): Promise<boolean> {
    const state = await this.state()
    return state !== 'succeeded' && DONE.has(state)
  }

  async error(): Promise<JobFailure | undefined> {
    const job = await this.#find()
    if (job === undefined) return (await this.#partStanding())?.failure
    return job.standing.succeeded ? undefined : job.failure
  }

  progress({ timeout, signal }: ProgressOptions = {}): AsyncGenerator<P, void> {
    const timeoutMs = timeout === undefined ? Number.POSITIVE_INFINITY : timeoutOf('progress', timeout)
    return readProgress(this.engine, {
      id: this.id,
      findLane: async () => {
        const lane = this.traits.lane ?? (await this.#laneFor(timeoutMs))
        if (lane === undefined) throw await this.#timeout(timeoutMs)
        return lane
      },
      timeoutMs,
      signal,
      read: (stored) => this.codec.decodeProgress(this.id, stored),
      timeoutError: () => this.#timeout(timeoutMs),
    }) as AsyncGenerator<P, void>
  }

  async logs({ attempt }: { attempt?: number } = {}): Promise<readonly JobLogLine[]> {
    const job = await this.#find()
    const lines = job === undefined ? [] : await this.engine.jobs.logs(job, MOST_LINES)
    return lines.map(parseLogLine).filter((line) => attempt === undefined || line.attempt === attempt)
  }

  async revoke({ reason = 'asked for by its handle', terminate }: RevokeOptions = {}): Promise<Revocation> {
    const terminateMs = graceOf(terminate)
    const request = { reason, ...(terminateMs !== undefined && { terminateMs }) }
    return this.engine.revokes.end(this.id, request, this.traits.lane)
  }

  async retry(): Promise<boolean> {
    const job = await this.#find()
    const part = partOf(this.id)
    if (job === undefined) return part !== undefined && this.engine.workflows.retryUnmade(part.workflow, part.node)
    const how = { call: crypto.randomUUID(), by: 'its handle' }
    const [code] = await this.engine.jobEdits.retry(job.lane, [this.id], how)
    return code === RETRIED
  }

  async children(): Promise<readonly AsyncResult[]> {
    const children = await this.engine.childrenOf(this.id)
    return children.map(({ id, ...traits }) => this.handle(id, traits))
  }

  async parent(): Promise<AsyncResult | undefined> {
    const part = partOf(this.id)
    if (part !== undefined) return this.handle(part.workflow)
    const job = await this.#find()
    const parent = job && readStoredFields(job.data).parent
    return parent === undefined ? undefined : this.handle(parent)
  }

  async forget(): Promise<boolean> {
    const job = await this.#find()
    return job !== undefined && this.engine.forget(job)
  }

  #find(): Promise<JobRecord | undefined> {
    return this.engine.jobs.find(this.id, this.traits.lane)
  }

  async #require(): Promise<JobRecord> {
    const job = await this.#find()
    if (job !== undefined) return job
    throw this.#unknown()
  }

  /** The lane that it is in. A part of a workflow is waited for until it is a job: of one that is none in time, none. */
  async #laneFor(timeoutMs: number): Promise<string | undefined> {
    const part = partOf(this.id)
    const job = part === undefined ? await this.#require() : await this.#find()
    if (job !== undefined || part === undefined) return job?.lane
    const { awaitPart } = await import('./workflow-results/await-part.js')
    return awaitPart(this.engine, part, timeoutMs, () => this.#unknown())
  }

  /** How it stands by the record of the workflow that it is a part of, where there is no job. */
  async #partStanding(): Promise<PartStanding | undefined> {
    const part = partOf(this.id)
    if (part === undefined) return undefined
    const { partStanding } = await import('./workflow-results/part-standing.js')
    return partStanding(this.engine, part)
  }

  /** The job's end, once there is one: its value is returned, its failure thrown. Or where it has been moved to. */
  async #lookForEnd(lane: string, event: FinishEvent | undefined): Promise<JobEnd | undefined> {
    const job = await this.engine.jobs.find(this.id, lane)
    if (job === undefined) {
      if (event?.kind === 'completed') return this.#read(JSON.parse(event.result ?? 'null'))
      throw this.#error('TASKQ_RESULT_UNKNOWN', 'no job has this id: it never was, was forgotten, or its time is over')
    }
    if (this.#isOver(job)) throw this.#expired()
    if (job.standing.succeeded) return this.#read(job.result)
    if (job.standing.failed) throw new JobFailedError(job.id, job.task, job.failure ?? NO_REASON)
    return job.lane === lane ? undefined : { movedTo: job.lane }
  }

  async #read(stored: unknown): Promise<{ value: unknown }> {
    const result = this.codec.decodeResult(this.id, stored)
    if ('value' in result) return result
    const large = await this.engine.jobs.largeResult(this.id)
    if (large === undefined) throw this.#expired()
    return { value: this.codec.decodeLarge(this.id, stored, large) }
  }

  /** Whether a result has outlived its time; the broker removes it a little later. */
  #isOver(job: JobRecord): boolean {
    if (!job.standing.succeeded || job.finishedAt === undefined) return false
    return Date.now() - job.finishedAt > (readStoredFields(job.data).resultTtlMs ?? this.resultTtlMs)
  }

  async #timeout(timeoutMs: number): Promise<TaskqError> {
    const job = await this.#find().catch(() => undefined)
    const state = job === undefined ? await this.state().catch(() => undefined) : jobStateOf(job)
    return this.#error(
      'TASKQ_RESULT_TIMEOUT',
      `not done after ${formatDuration(timeoutMs)}; ${state === undefined ? 'the broker is away' : `its state is ${state}`}`,
      job?.putAside === undefined ? state && HINTS[state] : `It was put aside: ${job.putAside}.`,
    )
  }

  #unknown(): TaskqError {
    return this.#error('TASKQ_RESULT_UNKNOWN', 'no job has this id: it never was, or its time is over')
  }

  #expired(): TaskqError {
    return this.#error(
      'TASKQ_RESULT_EXPIRED',
      'its result was kept for its time and is gone',
      'Raise resultTtl of the task, or results.ttl in the config.',
    )
  }

  #error(...why: WhyNot): TaskqError {
    return resultError(this, ...why)
  }
}

const NO_REASON: JobFailure = { name: 'Error', message: 'no reason was stored' }

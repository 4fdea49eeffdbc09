import { decodeEnvelope } from '../codec/envelope.js'
import { decodeResult } from '../codec/result.js'
import type { Engine } from '../engine/engine.js'
import type { FinishEvent } from '../engine/finish-watch.js'
import type { JobRecord } from '../engine/job-record.js'
import { jobStateOf } from '../engine/job-state.js'
import { JobFailedError, type JobFailure } from '../errors/job-failure.js'
import { show } from '../errors/problems.js'
import { TaskqError } from '../errors/taskq-error.js'
import type { AsyncResult } from '../task/async-result.js'
import type { JobState } from '../task/job-state.js'
import { DURATION_FORM, type Duration, formatDuration, parseDuration } from '../time/duration.js'

/** What is known of a job beside its id. */
export interface JobTraits {
  readonly task?: string
  readonly lane?: string
  readonly ignoreResult?: boolean
  /** Whether it was there already, and stands for the call that this handle is of. */
  readonly deduplicated?: boolean
}

/** How a console asks a value to show itself. */
const INSPECT: unique symbol = Symbol.for('nodejs.util.inspect.custom')

const DEFAULT_TIMEOUT: Duration = '30s'
const DONE: ReadonlySet<JobState> = new Set(['succeeded', 'failed', 'dead', 'revoked', 'expired'])

/** An {@link AsyncResult} over the engine. */
export class JobResult<R> implements AsyncResult<R> {
  readonly task: string | undefined
  readonly deduplicated: boolean

  constructor(
    readonly id: string,
    private readonly traits: JobTraits,
    private readonly engine: Engine,
    /** Milliseconds that results are kept where the job does not say. */
    private readonly resultTtlMs: number,
  ) {
    this.task = traits.task
    this.deduplicated = traits.deduplicated ?? false
  }

  /** On a console, without the engine: that holds the broker's password. */
  [INSPECT](): object {
    return { id: this.id, ...(this.task !== undefined && { task: this.task }) }
  }

  async get({ timeout = DEFAULT_TIMEOUT }: { timeout?: Duration } = {}): Promise<R> {
    const timeoutMs = parseDuration(timeout)
    if (timeoutMs === undefined) throw wrongTimeout(timeout)
    if (this.traits.ignoreResult === true)
      throw this.#error('TASKQ_RESULT_IGNORED', 'its task has ignoreResult: there is nothing to wait for')
    const lane = this.traits.lane ?? (await this.#require()).lane
    const look = (event: FinishEvent | undefined) => this.#lookForEnd(lane, event)
    const end = await this.engine.finish.until({ lane, id: this.id }, look, timeoutMs)
    if (end !== undefined) return end.value as R
    const state = await this.state().catch(() => undefined)
    throw this.#error(
      'TASKQ_RESULT_TIMEOUT',
      `not done after ${formatDuration(timeoutMs)}; ${state === undefined ? 'the broker is away' : `its state is ${state}`}`,
      state && HINTS[state],
    )
  }

  async state(): Promise<JobState> {
    const job = await this.#find()
    return job === undefined || this.#isOver(job) ? 'unknown' : jobStateOf(job)
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
    return job === undefined || job.standing.succeeded ? undefined : job.failure
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
    throw this.#error('TASKQ_RESULT_UNKNOWN', 'no job has this id: it never was, or its time is over')
  }

  /** The job's end, once there is one: its value is returned, its failure thrown. */
  async #lookForEnd(lane: string, event: FinishEvent | undefined): Promise<{ value: unknown } | undefined> {
    const job = await this.engine.jobs.find(this.id, lane)
    if (job === undefined) {
      if (event?.kind === 'completed') return this.#read(JSON.parse(event.result ?? 'null'))
      throw this.#error('TASKQ_RESULT_UNKNOWN', 'no job has this id: it never was, was forgotten, or its time is over')
    }
    if (this.#isOver(job)) throw this.#expired()
    if (job.standing.succeeded) return this.#read(job.result)
    if (job.standing.failed) throw new JobFailedError(job.id, job.task, job.failure ?? NO_REASON)
    return undefined
  }

  async #read(stored: unknown): Promise<{ value: unknown }> {
    const result = decodeResult(stored)
    if ('value' in result) return result
    const large = await this.engine.jobs.largeResult(this.id)
    if (large === undefined) throw this.#expired()
    return { value: JSON.parse(large) }
  }

  /** Whether a result has outlived its time; the broker removes it a little later. */
  #isOver(job: JobRecord): boolean {
    if (!job.standing.succeeded || job.finishedAt === undefined) return false
    const decoded = decodeEnvelope(job.data)
    const ttlMs = decoded.kind === 'envelope' ? decoded.envelope.resultTtlMs : undefined
    return Date.now() - job.finishedAt > (ttlMs ?? this.resultTtlMs)
  }

  #expired(): TaskqError {
    return this.#error(
      'TASKQ_RESULT_EXPIRED',
      'its result was kept for its time and is gone',
      'Raise resultTtl of the task, or results.ttl in the config.',
    )
  }

  #error(
    code: 'TASKQ_RESULT_TIMEOUT' | 'TASKQ_RESULT_UNKNOWN' | 'TASKQ_RESULT_IGNORED' | 'TASKQ_RESULT_EXPIRED',
    what: string,
    hint?: string,
  ): TaskqError {
    const { id, task } = this
    const who = task === undefined ? `job ${id}` : `${task} (${id})`
    return new TaskqError(code, `${who}: ${what}`, { ...(hint !== undefined && { hint }), data: { jobId: id, task } })
  }
}

const NO_REASON: JobFailure = { name: 'Error', message: 'no reason was stored' }

const HINTS: Partial<Record<JobState, string>> = {
  queued: 'Does a worker serve its queue? See taskq status.',
  scheduled: 'It waits for its time.',
  retrying: 'It failed and waits for its next run.',
  active: 'It runs; wait longer, or ask again later.',
}

function wrongTimeout(timeout: unknown): TaskqError {
  return new TaskqError('TASKQ_ENQUEUE_OPTION_INVALID', `get: timeout: expected ${DURATION_FORM}, got ${show(timeout)}`)
}

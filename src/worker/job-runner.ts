import type { Envelope } from '../codec/envelope.js'
import type { ActiveJob, Pull } from '../engine/consumer.js'
import type { JobLog } from '../engine/job-log.js'
import type { LockKeeper } from '../engine/lock-keeper.js'
import type { WorkerSide } from '../engine/worker-side.js'
import type { JobReference } from '../events/worker-event.js'
import type { TaskDefinition } from '../task/definition.js'
import type { RunContext } from '../task/run-context.js'
import { executeJob } from './job-executor.js'
import { recordOutcome } from './record-outcome.js'
import { RunHandle } from './run-handle.js'
import { createRunLog, formatLogLine } from './run-log.js'
import type { RunOutcome } from './run-outcome.js'
import type { WorkerOptions } from './worker-options.js'

/**
 * Takes a job from pick-up to its recorded end: hold its lock → run → write its log → record. Knows the
 * jobs that run, so that a shutdown can end them.
 */
export class JobRunner {
  readonly #handles = new Map<ActiveJob, RunHandle>()
  readonly #tasks: ReadonlyMap<string, TaskDefinition>
  #hurried = false
  succeeded = 0
  failed = 0

  constructor(
    private readonly side: WorkerSide,
    private readonly locks: LockKeeper,
    private readonly options: WorkerOptions,
    private readonly onTrouble: (error: Error) => void,
  ) {
    this.#tasks = new Map(options.tasks.map((task) => [task.name, task]))
  }

  async run(job: ActiveJob, mayFetchNext: () => boolean): Promise<Pull> {
    const handle = new RunHandle(job)
    this.#handles.set(job, handle)
    this.locks.hold(job)
    const reference = referenceOf(job)
    this.options.onEvent({ name: 'job.started', ...reference })
    const startedAt = performance.now()
    const outcome = await this.#execute(job, handle)
    const runMs = performance.now() - startedAt
    let lost = false
    const next = await recordOutcome(job, outcome, {
      mayFetchNext,
      saveLargeResult: (id, json, ttlMs) => this.side.saveLargeResult(id, json, ttlMs),
      isHurried: () => this.#hurried,
      onTrouble: this.onTrouble,
      onLost: (reason) => {
        lost = true
        this.options.onEvent({ name: 'job.result-lost', reason, ...reference })
      },
    })
    this.locks.release(job)
    this.#handles.delete(job)
    if (!lost) this.#tell(reference, outcome, runMs)
    return next
  }

  /** Asks every running task to end. */
  abortAll(reason: unknown): void {
    for (const handle of this.#handles.values()) handle.abort(reason)
  }

  /** Waits for no running task any longer: their jobs go back to the queue now. */
  abandonAll(): void {
    this.#hurried = true
    for (const handle of this.#handles.values()) handle.abandon()
  }

  /** Another worker may run this job now; the task here is told to end. */
  lose(job: ActiveJob): void {
    this.#handles.get(job)?.abort(new Error('the lock was lost: another worker may run this job'))
  }

  #execute(job: ActiveJob, handle: RunHandle): Promise<RunOutcome> {
    let log: JobLog | undefined
    const jobLog = () => {
      log ??= this.side.jobLog(job)
      return log
    }
    const ran = executeJob(job, handle, {
      findTask: (name) => this.#tasks.get(name),
      contextOf: (...parts) => this.#context(jobLog, ...parts),
      resultTtlMs: this.options.resultTtlMs,
      crashBudget: this.options.crashBudget,
    }).then(async (outcome) => {
      await log?.flush()
      return outcome
    })
    return new Promise((resolve) => {
      handle.onAbandon = () => resolve({ kind: 'given-back' })
      void ran.then(resolve)
    })
  }

  #context(
    jobLog: () => JobLog,
    job: ActiveJob,
    task: TaskDefinition,
    envelope: Envelope,
    handle: RunHandle,
  ): RunContext {
    const { id, queue, attempt } = referenceOf(job)
    const retries = envelope.retries ?? task.retries
    const { onLog } = this.options
    const log = createRunLog((level, fields, message) => {
      onLog(level, { id, task: task.name }, fields, message)
      jobLog().add(formatLogLine(level, attempt, fields, message))
    })
    return {
      request: { id, task: task.name, queue, attempt, retries, enqueuedAt: job.enqueuedAt },
      log,
      get signal() {
        return handle.signal
      },
      progress: (value) => job.lane.progress(job, value),
    }
  }

  #tell(reference: JobReference, outcome: RunOutcome, runMs: number): void {
    const { onEvent } = this.options
    switch (outcome.kind) {
      case 'succeeded':
        this.succeeded++
        onEvent({ name: 'job.succeeded', runMs, ...reference })
        this.#tellInexact(reference, outcome.result.inexact)
        return
      case 'retry':
        this.failed++
        onEvent({ name: 'job.retried', runMs, failure: outcome.failure, delayMs: outcome.delayMs, ...reference })
        return
      case 'dead':
        this.failed++
        onEvent({ name: 'job.dead-lettered', runMs, failure: outcome.failure, ...reference })
        return
      case 'given-back':
        onEvent({ name: 'job.given-back', ...reference })
        return
      case 'postponed':
        onEvent({ name: 'job.postponed', reason: outcome.reason, delayMs: outcome.delayMs, ...reference })
    }
  }

  #tellInexact(reference: JobReference, inexact: { path: string; what: string } | undefined): void {
    if (inexact === undefined) return
    this.options.onLog('warn', reference, undefined, `${inexact.path} is ${inexact.what}: it was stored changed`)
  }
}

function referenceOf(job: ActiveJob): JobReference {
  return { id: job.id, task: job.task, queue: job.lane.name.queue, attempt: job.attemptsMade + 1 }
}

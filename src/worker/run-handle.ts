import type { Redactor } from '../codec/redaction.js'
import type { AwaitedJob } from '../context/scope.js'
import type { ActiveJob } from '../engine/consumer.js'
import type { JobLog } from '../engine/jobs/job-log.js'
import { revokedError } from '../engine/revokes/revoke.js'
import type { RunPort } from './job-context.js'
import { formatLogLine, type LogLevel, redactFields } from './run-log.js'
import type { WorkerOptions } from './worker-options.js'

/** Where what a run says goes. */
export interface RunLogs {
  readonly openLog: (job: ActiveJob) => JobLog
  readonly onLog: WorkerOptions['onLog']
  readonly encodeProgress: (job: ActiveJob, value: unknown) => unknown
  /** Masks secrets before they are written anywhere. */
  readonly redact: Redactor
}

/** Where runs have their slots. */
export interface RunSlots {
  leave(job: ActiveJob, awaited?: AwaitedJob): void
  comeBack(job: ActiveJob): Promise<void>
  end(job: ActiveJob): void
}

const NO_SLOTS: RunSlots = { leave: () => {}, comeBack: () => Promise.resolve(), end: () => {} }

/** A running job: what it says, and the ways to end it early. Signal and log are made when they are first asked for. */
export class RunHandle implements RunPort {
  /** Called when nobody waits for the run any more. */
  onAbandon: (() => void) | undefined
  /** Called when a revoked run in this process did not end in its time. */
  onRevokedForGood: (() => void) | undefined
  /** Called when the run is asked to end, where that is to be told elsewhere. */
  onAbort: ((reason: unknown) => void) | undefined
  /** Ends the run by force, where it is not in this process and thread. The run then fails with this error. */
  onKill: ((error: Error) => void) | undefined
  #controller: AbortController | undefined
  #aborted: { reason: unknown } | undefined
  #revokedFor: string | undefined
  #isOverTime = false
  #isOver = false
  #isGivenUp = false
  #isAckedEarly = false
  #log: JobLog | undefined
  #terminating: NodeJS.Timeout | undefined

  constructor(
    readonly job: ActiveJob,
    private readonly logs: RunLogs,
    private readonly slots: RunSlots = NO_SLOTS,
  ) {}

  /** The job's own log. */
  get jobLog(): JobLog {
    this.#log ??= this.logs.openLog(this.job)
    return this.#log
  }

  /** Whether its outcome is known. Its code may go on; what that says then is not kept with the job. */
  get isOver(): boolean {
    return this.#isOver
  }

  /** Its outcome is known. Stores what the run has logged so far; undefined where that is nothing. */
  end(): Promise<void> | undefined {
    this.#isOver = true
    clearTimeout(this.#terminating)
    this.slots.end(this.job)
    return this.#log?.flush()
  }

  leaveSlot(awaited?: AwaitedJob): void {
    if (!this.#isOver) this.slots.leave(this.job, awaited)
  }

  regainSlot(): Promise<void> {
    return this.slots.comeBack(this.job)
  }

  progress(value: unknown): Promise<void> {
    // The job may run again by now, and tell its own.
    if (this.#isOver) return Promise.resolve()
    return this.job.lane.progress(this.job, this.logs.encodeProgress(this.job, value))
  }

  /** Writes a line of its task to the worker's log, and to the job's own. */
  log(level: LogLevel, fields: object | undefined, message: string): void {
    const shown = fields && redactFields(fields, this.logs.redact)
    this.logs.onLog(level, { id: this.job.id, task: this.job.task }, shown, message)
    if (!this.#isOver) this.jobLog.add(formatLogLine(level, this.job.attemptsMade + 1, shown, message))
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController()
      if (this.#aborted !== undefined) this.#controller.abort(this.#aborted.reason)
    }
    return this.#controller.signal
  }

  get isAborted(): boolean {
    return this.#aborted !== undefined
  }

  /** Asks the task to end. */
  abort(reason: unknown): void {
    if (this.#aborted !== undefined) return
    this.#aborted = { reason }
    this.#controller?.abort(reason)
    this.onAbort?.(reason)
  }

  /** Whether it was asked to end because it took too long, and for nothing else before. */
  get isOverTime(): boolean {
    return this.#isOverTime
  }

  /** Asks the task to end: it has taken too long. */
  exceed(error: Error): void {
    if (this.#aborted !== undefined) return
    this.#isOverTime = true
    this.abort(error)
  }

  /** Why the job was revoked, where it was. */
  get revokedFor(): string | undefined {
    return this.#revokedFor
  }

  /** Asks the task to end, for good. */
  revoke(reason: string): void {
    if (this.#revokedFor !== undefined) return
    this.#revokedFor = reason
    this.abort(revokedError(reason))
  }

  /**
   * Ends the run by force where it has not ended so long after it was asked to: its child is killed; in this process it
   * is waited for no longer, as `giveUp` says, though its code may go on.
   */
  terminateIn(graceMs: number, giveUp: () => void): void {
    if (this.#isOver) return
    this.#terminating ??= setTimeout(() => {
      if (!this.kill(revokedError(this.#revokedFor ?? 'it was terminated'))) giveUp()
    }, graceMs)
  }

  /** Ends the run by force; false where its code is in this process and thread, and nothing can. */
  kill(error: Error): boolean {
    this.onKill?.(error)
    return this.onKill !== undefined
  }

  /** Whether its job was taken for done when its run began: it never goes back. */
  get isAckedEarly(): boolean {
    return this.#isAckedEarly
  }

  ackEarly(): void {
    this.#isAckedEarly = true
  }

  /** Whether nobody waits for the run any more, though its code may still go on. */
  get isGivenUp(): boolean {
    return this.#isGivenUp
  }

  /** Its end is known before its code's: what that comes to counts no more. */
  giveUp(): void {
    this.#isGivenUp = true
  }

  /** Waits for the task no longer. In this process its code may still go on; a child is ended first. */
  abandon(): void {
    this.giveUp()
    const given = new Error('the job was given back')
    if (this.onKill !== undefined) this.abort(given)
    if (!this.kill(given)) this.onAbandon?.()
  }
}

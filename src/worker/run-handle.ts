import type { ActiveJob } from '../engine/consumer.js'
import type { JobLog } from '../engine/job-log.js'
import { revokedError } from '../engine/revoke.js'

/** A running job: its log, and the ways to end it early. Signal and log are made when they are first asked for. */
export class RunHandle {
  /** Called when nobody waits for the run any more. */
  onAbandon: (() => void) | undefined
  #controller: AbortController | undefined
  #aborted: { reason: unknown } | undefined
  #revokedFor: string | undefined
  #isOverTime = false
  #isOver = false
  #log: JobLog | undefined

  constructor(
    readonly job: ActiveJob,
    private readonly openLog: (job: ActiveJob) => JobLog,
  ) {}

  /** The job's own log. */
  get log(): JobLog {
    this.#log ??= this.openLog(this.job)
    return this.#log
  }

  /** Whether its outcome is known. Its code may go on; what that says then is not kept with the job. */
  get isOver(): boolean {
    return this.#isOver
  }

  /** Its outcome is known. Stores what the run has logged so far; undefined where that is nothing. */
  end(): Promise<void> | undefined {
    this.#isOver = true
    return this.#log?.flush()
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

  /** Waits for the task no longer; in this process its code may still go on. */
  abandon(): void {
    this.onAbandon?.()
  }
}

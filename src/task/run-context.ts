import type { Headers } from './enqueue-options.js'

/** Who the running job is. */
export interface JobRequest {
  readonly id: string
  readonly task: string
  readonly queue: string
  /** 1 for the first run. */
  readonly attempt: number
  /** How many extra runs this job may have. */
  readonly retries: number
  /** When it was enqueued, in milliseconds since 1970. */
  readonly enqueuedAt: number
  /** What its caller sent beside the arguments; empty where nothing was. */
  readonly headers: Headers
  /** The job whose run enqueued it, where one did. */
  readonly parent: string | undefined
  /** The first job of the line that it is of: its own id where no run enqueued it. */
  readonly root: string
  /**
   * The schedule entry that this job is a slot of, and the instant at which the slot was due; not there for a job that
   * no schedule made. A report on "yesterday" should count from `slot` and not from the clock, so that a late run, a
   * retry and a backfill do the right day.
   */
  readonly schedule?: { readonly name: string; readonly slot: Date }
}

/** One line of a job's log: a message, or fields and a message. */
export interface LogLine {
  (message: string): void
  (fields: object, message?: string): void
}

/** Logs with the job's id and task; lines are kept with the job. */
export interface TaskLogger {
  readonly debug: LogLine
  readonly info: LogLine
  readonly warn: LogLine
  readonly error: LogLine
}

/**
 * What a running task sees of its job: `this` in a class, `ctx` in a function.
 *
 * @typeParam P what it tells of its progress
 */
export interface RunContext<P = unknown> {
  readonly request: JobRequest
  readonly log: TaskLogger
  /**
   * Aborted when the task is to end before it is done: its job was revoked, or its worker must stop. Pass it to `fetch`
   * and the like.
   */
  readonly signal: AbortSignal
  /**
   * Stores how far the job is: a number from 0 to 1, or any JSON. Seen by whoever watches it. Of a run that was given
   * up nothing is stored any more, no log line either: the job may run again by then.
   */
  progress(value: P): Promise<void>
}

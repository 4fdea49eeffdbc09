import type { Canvas } from '../canvas/canvas.js'
import type { AsyncResult } from './async-result.js'
import type { Headers } from './enqueue-options.js'
import type { WorkflowResult } from './workflow-result.js'

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
  /** The workflow that it is a part of. */
  readonly workflow?: string
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
  /**
   * Makes a job, or a workflow, as `applyAsync` of it does. A run of the same job that comes after this one, since this
   * one failed or its worker died, gets what this one made, by the order of these calls; where that failed, a new one.
   *
   * @throws TaskqError as `applyAsync` of a workflow does
   *
   * @example
   * const pages = await ctx.spawn(group(urls.map((url) => fetchPage.s(url))))
   * return pages.get({ timeout: '5m' }) // others have this run's slot meanwhile
   */
  spawn<R>(canvas: Canvas<R>): Promise<WorkflowResult<R>>
  /**
   * Puts a workflow in the job's place: the run ends here, and the job ends when the workflow does, with its result or its
   * failure. It holds no slot meanwhile. Write `return ctx.replace(…)`: it throws what ends the run.
   *
   * @throws TaskqError as `applyAsync` of a workflow does
   */
  replace<R>(canvas: Canvas<R>): Promise<R>
  /**
   * Adds one more member to the group that this job is a member of, while it runs: its result comes behind the others in
   * what the group comes to. Celery's `add_to_chord`.
   *
   * @throws TaskqError `TASKQ_WORKFLOW_INVALID` in a job that is no member of a group; else as {@link spawn}
   */
  addToChord(canvas: Canvas): Promise<AsyncResult>
}

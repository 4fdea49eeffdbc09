import type { JobFailure } from '../errors/job-failure.js'
import type { Duration } from '../time/duration.js'
import type { JobState } from './job-state.js'

/** A line that a task logged, as it is kept with its job. */
export interface JobLogLine {
  readonly time: Date
  readonly level: 'debug' | 'info' | 'warn' | 'error'
  /** The run that logged it: 1 for the first. */
  readonly attempt: number
  readonly message: string
  /** What it logged beside the message. */
  readonly fields?: Readonly<Record<string, unknown>>
}

/**
 * What revoking a job came to.
 *
 * - `removed`: it waited, or its worker was lost. It has ended, and no worker will take it
 * - `told`: it runs. Its worker tells it to end, and it does not run again
 * - `too-late`: it had ended, in whatever way: revoked, too
 * - `unknown`: there is no such job. Should one of this id come, it will not run
 */
export type Revocation = 'removed' | 'told' | 'too-late' | 'unknown'

/** How to follow a job's progress. */
export interface ProgressOptions {
  /** How long to follow it. Default: until the job ends. */
  readonly timeout?: Duration
  /** Ends it when it is aborted: the loop ends without an error. */
  readonly signal?: AbortSignal
}

/** How to revoke a job. */
export interface RevokeOptions {
  /** Is kept with the job, and told to its signal. Default `'asked for by its handle'`. */
  readonly reason?: string
  /**
   * End a run that does not end by itself: after 5 s where it is `true`, else after so long. In a `process` or `thread`
   * pool its child is killed; in the `async` pool it is given up, and its code may go on. Default: it is only told.
   */
  readonly terminate?: boolean | Duration
}

/**
 * A handle on an enqueued job: cheap to make, safe to keep, and no promise itself.
 *
 * Every method asks the broker, and throws `TASKQ_BROKER_UNREACHABLE` when that does not answer within
 * `enqueueTimeout` (5 s), `TASKQ_BROKER_AUTH` when it refuses the login. `get` goes through its timeout where the
 * broker goes away while it waits.
 *
 * @typeParam R what the task returns
 * @typeParam P what it tells of its progress
 */
export interface AsyncResult<R = unknown, P = unknown> {
  /** The job's id. */
  readonly id: string
  /** The task's name, where it is known. */
  readonly task: string | undefined
  /** True where the call made no job of its own: this is the job that stood for it (`unique`, `throttle`, `taskId`…). */
  readonly deduplicated: boolean
  /**
   * Waits for the job and returns its result.
   *
   * @param options.timeout how long to wait. Default `'30s'`.
   * @throws JobFailedError when the job failed or was revoked; `failure` holds the error as data
   * @throws TaskqError `TASKQ_RESULT_TIMEOUT` when it is not done in time (the job goes on),
   *   `TASKQ_RESULT_UNKNOWN` when no job has this id, `TASKQ_RESULT_EXPIRED` when the result's time is over,
   *   `TASKQ_RESULT_IGNORED` when its task keeps none, `TASKQ_ENQUEUE_OPTION_INVALID` for a wrong timeout
   */
  get(options?: { timeout?: Duration }): Promise<R>
  /** Where the job stands now. */
  state(): Promise<JobState>
  /** Whether the job is done, in whatever way. */
  ready(): Promise<boolean>
  /** Whether the job is done and succeeded. */
  successful(): Promise<boolean>
  /** Whether the job is done and did not succeed. */
  failed(): Promise<boolean>
  /** Why the last run failed, also while a retry waits; `undefined` when none has. */
  error(): Promise<JobFailure | undefined>
  /**
   * Follows the job: what it tells of its progress, from what it told last on, until it ends, in whatever way. What it
   * tells faster than it is read is passed over, but never the last of it. Leaving the loop ends it. A broker that goes
   * away meanwhile is waited for.
   *
   * @throws TaskqError `TASKQ_RESULT_TIMEOUT` where the job has not ended in time, `TASKQ_RESULT_UNKNOWN` when no job
   *   has this id, `TASKQ_ENQUEUE_OPTION_INVALID` for a wrong timeout
   *
   * @example
   * for await (const { done } of result.progress()) console.log(done)
   */
  progress(options?: ProgressOptions): AsyncIterable<P>
  /**
   * What the task has logged, oldest first: in all runs, or in one. The last 1,000 lines are kept.
   *
   * @param options.attempt the run, 1 for the first
   */
  logs(options?: { attempt?: number }): Promise<readonly JobLogLine[]>
  /** Ends the job before it is done. One that waits never runs; one that runs is told by its signal. */
  revoke(options?: RevokeOptions): Promise<Revocation>
  /** Runs a job again that has failed for good, with fresh attempts. False where it has not. */
  retry(): Promise<boolean>
  /**
   * The jobs that its runs enqueued, and the workflows that they made, oldest first: those that are still there, and of
   * very many the first 10,000. Known for as long as results are kept (`results.ttl`) after the last of them was made.
   */
  children(): Promise<readonly AsyncResult[]>
  /** The job whose run enqueued it; `undefined` where none did, or this one is gone. */
  parent(): Promise<AsyncResult | undefined>
  /** Drops the result and every trace of a job that is done. False when there was none, or it still runs. */
  forget(): Promise<boolean>
}

import type { JobFailure } from '../errors/job-failure.js'
import type { Duration } from '../time/duration.js'
import type { JobState } from './job-state.js'

/**
 * A handle on an enqueued job: cheap to make, safe to keep, and no promise itself.
 *
 * Every method asks the broker, and throws `TASKQ_BROKER_UNREACHABLE` when that does not answer within
 * `enqueueTimeout` (5 s), `TASKQ_BROKER_AUTH` when it refuses the login. `get` goes through its timeout where the
 * broker goes away while it waits.
 */
export interface AsyncResult<R = unknown> {
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
  /** Drops the result and every trace of a job that is done. False when there was none, or it still runs. */
  forget(): Promise<boolean>
}

/** The places where a queue keeps its jobs. `dead` holds failed, dead and revoked ones. */
export type JobPlaceName = 'active' | 'queued' | 'scheduled' | 'retrying' | 'succeeded' | 'dead'

export const JOB_PLACES: readonly JobPlaceName[] = Object.freeze([
  'active',
  'queued',
  'scheduled',
  'retrying',
  'succeeded',
  'dead',
])

/** Which jobs are wanted. All that is given must match. */
export interface JobFilter {
  readonly place: JobPlaceName
  readonly queue?: string
  /** A task's name, or a glob with `*`. */
  readonly task?: string
  /** A part of the id, the task, the arguments or the error message, in any case. */
  readonly text?: string
  /** Only jobs that ended after this, in milliseconds since 1970. For `succeeded` and `dead`. */
  readonly since?: number
}

import type { JobFailure } from '../../errors/job-failure.js'
import type { ClaimFacts } from '../same-jobs/claim-field.js'
import type { JobStanding } from './job-record.js'

/**
 * The places where a queue keeps its jobs. `blocked` holds those that wait for the end of another, `dead` failed, dead and
 * revoked ones.
 */
export type JobPlaceName = 'active' | 'queued' | 'blocked' | 'scheduled' | 'retrying' | 'succeeded' | 'dead'

export const JOB_PLACES: readonly JobPlaceName[] = Object.freeze([
  'active',
  'queued',
  'blocked',
  'scheduled',
  'retrying',
  'succeeded',
  'dead',
])

/** How a job can have failed for good. */
export type EndState = 'failed' | 'dead' | 'revoked' | 'expired'

/** Which jobs are wanted. All that is given must match. */
export interface JobFilter {
  readonly place: JobPlaceName
  readonly queue?: string
  /** A task's name, or a glob with `*`. */
  readonly task?: string
  /** A part of the id, the task, the arguments or the error message, in any case. */
  readonly text?: string
  /** A part of the error's name, code or message, in any case. */
  readonly error?: string
  /** Only jobs that ended so. For `dead`. */
  readonly states?: readonly EndState[]
  /** Only jobs that ended after this, in milliseconds since 1970. For `succeeded` and `dead`. */
  readonly since?: number
}

/** A job in a list: what can be told without reading all of it. */
export interface JobSummary extends ClaimFacts {
  readonly id: string
  readonly lane: string
  readonly task: string
  /** The envelope as JSON; undefined where it is too large for a list. */
  readonly data: string | undefined
  readonly dataBytes: number
  readonly enqueuedAt: number
  /** Runs that ended. */
  readonly attemptsMade: number
  /** When it may run, for one that waits for its time. */
  readonly dueAt: number | undefined
  readonly startedAt: number | undefined
  readonly finishedAt: number | undefined
  /** Undefined where it is too large for a list. */
  readonly progress: unknown
  /** Why it failed, cut; without the stack. */
  readonly failure: JobFailure | undefined
  readonly standing: JobStanding
}

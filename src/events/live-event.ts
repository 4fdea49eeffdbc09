import type { JobReference, WorkerEvent } from './worker-event.js'

/** When an event happened, and where. */
interface Sighting {
  /** Milliseconds since 1970, by the worker's clock. */
  readonly at: number
  /** The worker's name: `worker@host`. */
  readonly worker: string
}

/** What is told of a failure while it happens; all of it is kept with the job. */
export interface LiveFailure {
  readonly name: string
  readonly message: string
  readonly code?: string
}

/** Which of a worker's events are told to those who watch. */
export type LiveName =
  | Extract<WorkerEvent, JobReference>['name']
  | 'jobs.recovered'
  | 'worker.online'
  | 'worker.offline'

/**
 * One event as it travels to those who watch: `taskq events`, the dashboard. Only its head, each text of it at most 300
 * characters long; details are with the job.
 */
export interface LiveEvent extends Sighting {
  readonly name: LiveName
  /** The job's, for its events. */
  readonly id?: string
  readonly task?: string
  readonly queue?: string
  readonly attempt?: number
  /** How long the run took. */
  readonly runMs?: number
  /** When it runs again. */
  readonly delayMs?: number
  readonly failure?: LiveFailure
  readonly reason?: string
}

/** What one worker sends at once. */
export interface LiveBatch {
  readonly events: readonly LiveEvent[]
  /** Events that were left out: more happen than anybody could read. */
  readonly dropped: number
}

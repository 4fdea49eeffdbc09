import type { JobFailure } from '../errors/job-failure.js'

/** Which job an event is about. */
export interface JobReference {
  readonly id: string
  readonly task: string
  readonly queue: string
  /** 1 for the first run. */
  readonly attempt: number
}

/** What a worker tells while it works. */
export type WorkerEvent =
  /** A run begins; a first one, `waitMs` after it could. */
  | ({ readonly name: 'job.started'; readonly waitMs?: number } & JobReference)
  /** A run returned and its result is stored. */
  | ({ readonly name: 'job.succeeded'; readonly runMs: number } & JobReference)
  /** A run failed; the job runs again after `delayMs`. */
  | ({
      readonly name: 'job.retried'
      readonly runMs: number
      readonly failure: JobFailure
      readonly delayMs: number
      /** One of the errors that the task's `throws` names. */
      readonly isExpected?: true
    } & JobReference)
  /** A run failed and was the last, or the job could not be run, and there is no `runMs`; it is kept as a dead letter. */
  | ({
      readonly name: 'job.dead-lettered'
      readonly runMs?: number
      readonly failure: JobFailure
      readonly isExpected?: true
    } & JobReference)
  /** A run asked to be made again after `delayMs`, as if it had not been. */
  | ({
      readonly name: 'job.snoozed'
      readonly runMs: number
      readonly reason: string
      readonly delayMs: number
    } & JobReference)
  /** A run asked for its job to be forgotten. */
  | ({ readonly name: 'job.ignored'; readonly runMs: number } & JobReference)
  /** A run put a workflow in its job's place: the job ends when that does, and as that does. */
  | ({ readonly name: 'job.replaced'; readonly workflow: string; readonly runMs: number } & JobReference)
  /** The job was revoked: it was told to end and did, or it never ran; then there is no `runMs`. */
  | ({ readonly name: 'job.revoked'; readonly reason: string; readonly runMs?: number } & JobReference)
  /** The job was to begin before a time that is over, in milliseconds since 1970; it did not run. */
  | ({ readonly name: 'job.expired'; readonly expiredAt: number } & JobReference)
  /** The worker shuts down; the job went back to its queue and no attempt was counted. */
  | ({ readonly name: 'job.given-back' } & JobReference)
  /** This worker does not know the job's task; the job waits, out of the way, for a worker that does. */
  | ({ readonly name: 'job.parked' } & JobReference)
  /** This worker cannot run the job; it waits for one that can. */
  | ({ readonly name: 'job.postponed'; readonly reason: string; readonly delayMs: number } & JobReference)
  /** A run ended, but the job was no longer this worker's: another one runs it, or has. */
  | ({ readonly name: 'job.result-lost'; readonly reason: string } & JobReference)
  /** A job of a rate-limited task came past its limit: its producer did not know of it. Said once per task. */
  | { readonly name: 'limit.passed'; readonly task: string; readonly queue: string }
  /** A task has reached its rate limit: nothing more of it starts for so long. */
  | { readonly name: 'limit.reached'; readonly task: string; readonly queue: string; readonly forMs: number }
  /** The worker takes jobs from now on. */
  | { readonly name: 'worker.ready'; readonly worker: string; readonly queues: readonly string[] }
  /** The worker has stopped; nothing of it runs any more. */
  | { readonly name: 'worker.stopped'; readonly worker: string; readonly succeeded: number; readonly failed: number }
  /**
   * The worker takes no jobs, though it has free slots and the broker answers: `reason` says what hangs, for people. It
   * ends after `endsInMs` unless that changes; where there is no `endsInMs`, the broker refuses what it asks, and it goes on.
   */
  | { readonly name: 'worker.stuck'; readonly reason: string; readonly endsInMs?: number }
  /** The worker was told to change itself, and did. `text` is for people. */
  | { readonly name: 'worker.steered'; readonly command: string; readonly text: string }
  /**
   * Tasks blocked the worker's event loop: nothing else of it went on meanwhile. One of `tasks` did it. Said at most once
   * in ten seconds; `unsaid` is how often it happened since the last time that it was said.
   */
  | {
      readonly name: 'worker.blocked'
      readonly forMs: number
      readonly tasks: readonly string[]
      readonly unsaid: number
    }
  /** Jobs of a worker that is gone went back to their queue. */
  | { readonly name: 'jobs.recovered'; readonly queue: string; readonly ids: readonly string[] }
  /** A function of the config's `on` threw. Said at most once in ten seconds per event. */
  | { readonly name: 'listener.failed'; readonly event: string; readonly message: string }
  /** The broker no longer holds what it held: jobs that were acknowledged may be gone. `detail` is for people. */
  | { readonly name: 'broker.data-lost'; readonly detail: string }
  /** The broker said no, or was away. Said at most once in ten seconds per message. */
  | { readonly name: 'broker.trouble'; readonly message: string }

/** Where a worker's events go. */
export type WorkerEventSink = (event: WorkerEvent) => void

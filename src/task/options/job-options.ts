import type { Duration } from '../../time/duration.js'
import { queueNameProblem } from '../names.js'
import type { OptionReader } from './option-reader.js'

/** How a task's jobs wait. */
export interface JobOptions {
  /** The queue its jobs go to. Default: what `routes` in the config says, else `defaultQueue`. */
  readonly queue?: string
  /**
   * 0 to 9; 9 goes first (as in Celery on RabbitMQ). Counts in queues that have `priorities: true` in the config; in
   * others jobs go in their order. Default 0.
   */
  readonly priority?: number
  /**
   * A job ends as `expired` where no run of it has begun so long after it might: since it was enqueued, or since the end
   * of its `countdown` or its `eta`. A run again after a failure counts, too. Default: never.
   */
  readonly expires?: Duration
  /**
   * When a job is taken for done. `'late'`: when its run has ended, so it runs again where its worker dies: at least
   * once. `'early'`: when its run begins, so it is dead where its worker dies: at most once. Default `'late'`.
   */
  readonly acks?: 'late' | 'early'
}

/** {@link JobOptions}, checked. */
export interface ResolvedJobOptions {
  readonly queue: string | undefined
  readonly priority: number | undefined
  readonly expiresMs: number | undefined
  readonly acks: 'late' | 'early'
}

export const JOB_KEYS = ['queue', 'priority', 'expires', 'acks'] as const satisfies readonly (keyof JobOptions)[]

export const MAX_PRIORITY = 9
/** The engine keeps due times exactly until then (September 2039 from 2026 on). */
export const MAX_AHEAD_MS = 12 * 365 * 86_400_000

export function readJobOptions(reader: OptionReader): ResolvedJobOptions {
  return {
    queue: readQueue(reader),
    priority: reader.wholeNumber('priority', 0, MAX_PRIORITY),
    expiresMs: reader.duration('expires', 1, MAX_AHEAD_MS),
    acks: reader.oneOf('acks', ['late', 'early']) ?? 'late',
  }
}

export function readQueue(reader: OptionReader): string | undefined {
  const queue = reader.value('queue')
  if (queue === undefined) return undefined
  const problem = queueNameProblem('queue', queue)
  return problem === undefined ? String(queue) : reader.refuse('queue', problem.expected)
}

import { endCodeOf, type JobFailure } from '../../errors/job-failure.js'
import { WAITS_SINCE_FIELD } from '../lanes/waits-since.js'
import { FAILURE_FIELD } from './job-record.js'

/** A run that failed, as it is kept with its job. */
export interface StoredTry {
  /** 1 for the first run; counted anew when a dead letter is retried. */
  readonly attempt: number
  readonly startedAt: number
  readonly endedAt: number
  /** The worker's name. */
  readonly worker: string | undefined
  /** The error's name and message, cut. */
  readonly error: string
}

/** What is known of a run when it fails. */
interface FailedRun {
  readonly attemptsMade: number
  readonly startedAt: number
  /** How often the job was taken, this time included. */
  readonly taken: number
}

/** Failed runs that are kept: a ring of fields in the job's hash, so that jobs that do not fail have none. */
const KEPT = 20
const MAX_ERROR = 500
const FIELD = 'try:'

/** What is written into a job's hash when a run of it failed. */
export const failureFields = (run: FailedRun, failure: JobFailure, worker: string | undefined, endedAt: number) => ({
  ...endFields(failure),
  ...tryField(run, failure, worker, endedAt),
})

/** The same where it ended before it could run: the engine counts a run as it ends a job, and notes when it took it. */
export const unrunFields = ({ attemptsMade }: Pick<FailedRun, 'attemptsMade'>, failure: JobFailure) => ({
  ...endFields(failure),
  atm: String((Number.isSafeInteger(attemptsMade) ? attemptsMade : 0) - 1),
  processedOn: '',
})

const endFields = (failure: JobFailure) => ({
  failedReason: failure.message,
  stacktrace: JSON.stringify(failure.stack === undefined ? [] : [failure.stack]),
  [FAILURE_FIELD]: JSON.stringify(failure),
})

/** The same where it runs again, from `dueAt` on. */
export const retryFields = (
  run: FailedRun,
  failure: JobFailure,
  worker: string | undefined,
  endedAt: number,
  dueAt: number,
) => ({
  ...failureFields(run, failure, worker, endedAt),
  [WAITS_SINCE_FIELD]: String(dueAt),
})

/** The field that keeps a failed run; none for a job that was told to end. */
function tryField(
  run: FailedRun,
  failure: JobFailure,
  worker: string | undefined,
  endedAt: number,
): Record<string, string> {
  if (endCodeOf(failure) === 'TASKQ_JOB_REVOKED') return {}
  const error = `${failure.name}: ${failure.message}`
  const kept: StoredTry = {
    attempt: run.attemptsMade + 1,
    startedAt: run.startedAt,
    endedAt,
    worker,
    error: error.length > MAX_ERROR ? `${error.slice(0, MAX_ERROR)}…` : error,
  }
  return { [`${FIELD}${(run.taken - 1) % KEPT}`]: JSON.stringify(kept) }
}

/** The failed runs that a job's hash keeps, oldest first. What is broken is left out. */
export function parseTries(hash: Readonly<Record<string, string>>): StoredTry[] {
  const found = Array.from({ length: KEPT }, (_, index) => parseTry(hash[`${FIELD}${index}`]))
  return found.filter((one) => one !== undefined).sort((a, b) => a.endedAt - b.endedAt || a.attempt - b.attempt)
}

function parseTry(text: string | undefined): StoredTry | undefined {
  if (text === undefined) return undefined
  try {
    const { attempt, startedAt, endedAt, worker, error } = JSON.parse(text) as Partial<StoredTry>
    if (!isTime(startedAt) || !isTime(endedAt) || typeof attempt !== 'number' || typeof error !== 'string')
      return undefined
    return { attempt, startedAt, endedAt, error, worker: typeof worker === 'string' ? worker : undefined }
  } catch {
    return undefined
  }
}

const isTime = (value: unknown): value is number => typeof value === 'number' && Math.abs(value) < 8.64e15

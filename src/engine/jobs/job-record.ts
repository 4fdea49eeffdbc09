import { describeFailure, type JobFailure } from '../../errors/job-failure.js'
import { CLAIM_FIELD, type ClaimFacts, readClaim } from '../same-jobs/claim-field.js'
import { WAITS_FOR_OPTION } from '../workflows/wait-script.js'
import { asideReason } from './job-aside.js'

/** A job as it is stored, read once. */
export interface JobRecord extends ClaimFacts {
  readonly id: string
  readonly lane: string
  readonly task: string
  /** The envelope, as JSON. */
  readonly data: string
  readonly enqueuedAt: number
  /** Runs that ended. */
  readonly attemptsMade: number
  readonly startedAt: number | undefined
  readonly finishedAt: number | undefined
  readonly progress: unknown
  /** The stored result: see codec/result.ts. */
  readonly result: unknown
  readonly failure: JobFailure | undefined
  /** Why it waits, where a worker has put it aside. */
  readonly putAside?: string
  /** The workflow whose end it waits for. */
  readonly waitsFor?: string
  /** Where the job's id stands in the lane's sets. */
  readonly standing: JobStanding
}

/** What tells a job's state, beside its own fields. */
export interface JobStanding {
  readonly succeeded: boolean
  readonly failed: boolean
  readonly delayed: boolean
  readonly locked: boolean
  readonly waitsForChildren: boolean
}

/** The engine's field for why a job failed, beside the message that it keeps itself. */
export const FAILURE_FIELD = 'failure'

/** Reads a job's hash. Fields that are missing or broken become nothing; the job is still shown. */
export function parseJobRecord(
  id: string,
  lane: string,
  hash: Readonly<Record<string, string>>,
  standing: JobStanding,
): JobRecord {
  const putAside = isWaiting(standing) ? asideReason(hash) : undefined
  const waitsFor = standing.waitsForChildren ? workflowIn(hash.opts) : undefined
  return {
    id,
    lane,
    task: hash.name ?? '',
    data: hash.data ?? '',
    ...readClaim(id, hash[CLAIM_FIELD]),
    enqueuedAt: Number(hash.timestamp ?? 0),
    attemptsMade: Number(hash.atm ?? 0),
    // A job that ended without a run has an empty one; one that was put aside has only been looked at.
    startedAt: hash.processedOn && putAside === undefined ? Number(hash.processedOn) : undefined,
    finishedAt: hash.finishedOn === undefined ? undefined : Number(hash.finishedOn),
    progress: parseJson(hash.progress),
    result: parseJson(hash.returnvalue),
    failure: parseFailure(hash),
    ...(putAside !== undefined && { putAside }),
    ...(waitsFor !== undefined && { waitsFor }),
    standing,
  }
}

/** The workflow that a job ends like, of its options' text. */
export function workflowIn(options: string | undefined): string | undefined {
  const workflow = (parseJson(options) as Readonly<Record<string, unknown>> | null | undefined)?.[WAITS_FOR_OPTION]
  return typeof workflow === 'string' ? workflow : undefined
}

const isWaiting = ({ succeeded, failed, locked }: JobStanding): boolean => !succeeded && !failed && !locked

function parseFailure(hash: Readonly<Record<string, string>>): JobFailure | undefined {
  const stored = parseJson(hash[FAILURE_FIELD]) as JobFailure | undefined
  if (stored !== undefined && typeof stored?.message === 'string') return stored
  return hash.failedReason === undefined ? undefined : describeFailure(new Error(hash.failedReason))
}

function parseJson(text: string | undefined): unknown {
  if (text === undefined) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

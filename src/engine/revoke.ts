import type { JobFailure } from '../errors/job-failure.js'
import { TaskqError } from '../errors/taskq-error.js'
import type { Connection } from './connection.js'
import type { Keys } from './keys.js'
import { runRevoke } from './revoke-script.js'
import { runPipeline } from './run-pipeline.js'

/** Where a job is. */
export interface JobPlace {
  readonly id: string
  readonly lane: string
}

/**
 * What revoking a job came to.
 *
 * - `removed`: it waited, or its worker was lost. It has ended, and no worker will take it
 * - `told`: it runs. Its worker will tell it to end, and it does not run again
 * - `too-late`: it had ended, in whatever way: revoked, too
 * - `unknown`: there is no such job
 */
export type Revocation = 'removed' | 'told' | 'too-late' | 'unknown'

/**
 * The field of a job that says that it must not run again: BullMQ's own for "fails when it is next taken". It comes
 * along with every job that a worker takes, at no cost, and goes when the job has failed.
 */
const NOTE_FIELD = 'defa'
/** What tells our notes from those that BullMQ makes for a parent whose child failed. */
const NOTE_MARK = 'revoked: '
/** A reason is stored twice, and travels in the event stream. */
const MAX_REASON = 1000

/** Ends a job that waits, and notes on one that runs that it is to end. */
export async function revokeJob(
  connection: Connection,
  keys: Keys,
  { id, lane }: JobPlace,
  reason: string,
): Promise<Revocation> {
  const said = reason.length > MAX_REASON ? `${reason.slice(0, MAX_REASON)}…` : reason
  const failure = revokedFailure(said)
  const job = keys.job(lane, id)
  const parts = ['completed', 'failed', 'delayed', 'prioritized', 'wait', 'active', 'stalled', 'meta', 'events']
  const touched = [job, `${job}:lock`, ...parts.map((part) => keys.lane(lane, part)), keys.tasks, keys.retrying(lane)]
  const args = [id, NOTE_MARK + said, Date.now(), failure.message, JSON.stringify(failure)]
  return (await runRevoke(connection, touched, args)) as Revocation
}

/** Why each of these jobs is to end; `undefined` for those that are not. One trip for all. */
export async function readRevokes(
  connection: Connection,
  keys: Keys,
  jobs: readonly JobPlace[],
): Promise<(string | undefined)[]> {
  const pipeline = connection.pipeline()
  for (const { lane, id } of jobs) pipeline.hget(keys.job(lane, id), NOTE_FIELD)
  return (await runPipeline(pipeline)).map((note) => revokeReason(note as string | null))
}

/** Reads a note: why the job is to end; `undefined` where there is none, or it is about something else. */
export const revokeReason = (note: string | null | undefined): string | undefined =>
  note?.startsWith(NOTE_MARK) ? note.slice(NOTE_MARK.length) : undefined

/** The end of a revoked job, as it is stored. */
export function revokedFailure(reason: string): JobFailure {
  const { name, message, code } = revokedError(reason)
  return { name, message, code }
}

/** What a revoked job's signal is aborted with. */
export const revokedError = (reason: string): TaskqError =>
  new TaskqError('TASKQ_JOB_REVOKED', `the job was revoked: ${reason}`)

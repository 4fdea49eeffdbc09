import type { JobFailure } from '../../errors/job-failure.js'
import { TaskqError } from '../../errors/taskq-error.js'
import type { Revocation } from '../../task/async-result.js'
import type { Connection } from '../connection/connection.js'
import { runPipeline } from '../connection/run-pipeline.js'
import type { Keys } from '../keys.js'
import { claimRevoke } from './fact-script.js'
import { runRevoke } from './revoke-script.js'

/** Where a job is. */
export interface JobPlace {
  readonly id: string
  readonly lane: string
}

/** What a job that runs is told. */
export interface RevokeOrder {
  readonly reason: string
  /** Where its run has not ended so long after it was told, it is ended: a child is killed, a run in the worker given up. */
  readonly terminateMs?: number
}

/** What is kept of a revoke beside the job. */
export interface RevokeRecord {
  /** Names the call, so that one that is sent twice tells what it did. */
  readonly call: string
  /** JSON of an object with the call and whatever else is to be told later; without the outcome. */
  readonly fact: string
}

/**
 * The field of a job that says that it must not run again: BullMQ's own for "fails when it is next taken". It comes
 * along with every job that a worker takes, at no cost, and goes when the job has failed.
 */
const NOTE_FIELD = 'defa'
/** What tells our notes from those that BullMQ makes for a parent whose child failed. The number is the grace. */
const NOTE = /^revoked(?:\((\d{1,10})\))?: /
const NOTE_MARK = 'revoked: '
/** A reason is stored twice, and travels in the event stream. */
const MAX_REASON = 1000

/** A reason as it is stored. */
export const storedReason = (reason: string, longest = MAX_REASON): string =>
  reason.length > longest ? `${reason.slice(0, longest)}…` : reason

/** Ends a job that waits, and notes on one that runs that it is to end. */
export async function revokeJob(
  connection: Connection,
  keys: Keys,
  { id, lane }: JobPlace,
  { reason, terminateMs }: RevokeOrder,
  record?: RevokeRecord,
): Promise<Revocation> {
  const said = storedReason(reason)
  const note = terminateMs === undefined ? NOTE_MARK + said : `revoked(${terminateMs}): ${said}`
  const failure = revokedFailure(said)
  const job = keys.job(lane, id)
  const parts = ['completed', 'failed', 'delayed', 'prioritized', 'wait', 'active', 'stalled', 'meta', 'events']
  const touched = [
    ...[job, `${job}:lock`, ...parts.map((part) => keys.lane(lane, part)), keys.tasks, keys.retrying(lane)],
    ...[keys.revokes, keys.revokeFacts, keys.keyed(lane, 'waiting')],
  ]
  // Where a long queue is looked through from: a walk over many, which keeps no record of each, meets the newest first.
  const side = record === undefined ? 1 : -1
  const { call = '', fact = '' } = record ?? {}
  const args = [id, note, Date.now(), failure.message, JSON.stringify(failure), call, fact, side]
  return (await runRevoke(connection, touched, args)) as Revocation
}

/** What each of these jobs was told; `undefined` for those that are not to end. One trip for all. */
export async function readRevokes(
  connection: Connection,
  keys: Keys,
  jobs: readonly JobPlace[],
): Promise<(RevokeOrder | undefined)[]> {
  const pipeline = connection.pipeline()
  for (const { lane, id } of jobs) pipeline.hget(keys.job(lane, id), NOTE_FIELD)
  return (await runPipeline(pipeline)).map((note) => revokeOrder(note as string | null))
}

/** Asks of one job, and also whether it was revoked before it came; then that is noted in it. */
export async function readRevoke(
  connection: Connection,
  keys: Keys,
  { id, lane }: JobPlace,
): Promise<RevokeOrder | undefined> {
  return revokeOrder(await claimRevoke(connection, keys, keys.job(lane, id), id, NOTE_MARK))
}

/** Reads a note; `undefined` where there is none, or it is about something else. */
function revokeOrder(note: string | null | undefined): RevokeOrder | undefined {
  const mark = NOTE.exec(note ?? '')
  if (mark === null || note === null || note === undefined) return undefined
  const reason = note.slice(mark[0].length)
  return { reason, ...(mark[1] !== undefined && { terminateMs: Number(mark[1]) }) }
}

/** Why the job is to end; `undefined` where it is not. */
export const revokeReason = (note: string | null | undefined): string | undefined => revokeOrder(note)?.reason

/** The end of a revoked job, as it is stored. */
export function revokedFailure(reason: string): JobFailure {
  const { name, message, code } = revokedError(reason)
  return { name, message, code }
}

/** What a revoked job's signal is aborted with. */
export const revokedError = (reason: string): TaskqError =>
  new TaskqError('TASKQ_JOB_REVOKED', `the job was revoked: ${reason}`)

import { setTimeout } from 'node:timers/promises'
import { type EncodedResult, NO_RESULT } from '../codec/result.js'
import { refusesAll } from '../engine/connection/refused.js'
import type { ActiveJob, Pull } from '../engine/consumer.js'
import { revokedFailure } from '../engine/revokes/revoke.js'
import type { StoredValue } from '../engine/workflows/workflow-record.js'
import { describeFailure, type JobFailure } from '../errors/job-failure.js'
import { partOf } from '../task/names.js'
import type { RefusalPace } from './refusal-pace.js'
import type { RunOutcome } from './run-outcome.js'

/** What recording needs of its worker. */
export interface RecordingSite {
  readonly noteOwnTtl: (job: ActiveJob, ttlMs: number) => void
  readonly saveLargeResult: (jobId: string, json: string, ttlMs: number) => Promise<void>
  /** Ends a job that waits again, in this lane, although it had been told to end, and returns why. */
  readonly endIfRevoked: (job: ActiveJob, lane: string) => Promise<string | undefined>
  /** How often the connection was cut. */
  readonly cuts: () => number
  /** Whether a job's end is recorded, though the broker says that the job is not ours: see `Holds.wasTold`. */
  readonly wasTold: (job: ActiveJob, cuts: number) => Promise<boolean>
  readonly onTrouble: (error: Error) => void
  /** The lane's next job came along: it is ours from now on, though it runs only once all about this one is done. */
  readonly onNext: (job: ActiveJob) => void
  /** When ends that the broker refused are told again. */
  readonly refused: RefusalPace
  /** True when the process is about to end and waits no longer. */
  readonly isHurried: () => boolean
}

/** What the broker said. */
export interface Recorded {
  /** The lane's next job. */
  readonly next: Pull
  /** The process ends before the broker has understood. */
  readonly isUntold?: true
  /** Why the job was no longer ours. */
  readonly lost?: string
  /** Why the job was revoked, where the run did not hear of it in time. */
  readonly revoked?: string
  /** How the job ended, where the broker cannot be told how its run did. */
  readonly instead?: RunOutcome
}

/**
 * Tells the broker how a run ended, until it has understood: finished work is not thrown away because the
 * broker is full, or loading. The job's lock is renewed meanwhile; where the broker is away for longer than
 * the lock lives, it is taken back, unless another worker has got the job first. What no number of tries would change
 * ends as a dead letter that says why: it must not hold its slot for ever.
 *
 * @param mayFetchNext asked last of all: whether the lane's next job may come along
 */
export async function recordOutcome(
  job: ActiveJob,
  outcome: RunOutcome,
  mayFetchNext: () => boolean,
  site: RecordingSite,
): Promise<Recorded> {
  const cuts = site.cuts()
  for (let failures = 1; ; failures++) {
    try {
      const recorded = await tellAsOurs(job, outcome, mayFetchNext, site)
      noteNext(recorded.next, site)
      site.refused.served()
      return recorded
    } catch (error) {
      if (isLost(error as Error)) return notOurs(job, error as Error, cuts, site)
      site.onTrouble(notRecorded(job, error as Error))
      if (site.isHurried()) return { next: {}, isUntold: true }
      if (isHopeless(error, failures)) return buryInstead(job, error, outcome, mayFetchNext, site)
      await turnAfter(error as Error, failures, site)
    }
  }
}

/** Tells it, and takes the job back where its lock is over, as the broker was away, and nobody else has taken it. */
async function tellAsOurs(
  job: ActiveJob,
  outcome: RunOutcome,
  mayFetchNext: () => boolean,
  site: RecordingSite,
): Promise<Recorded> {
  for (;;) {
    try {
      return await tell(job, outcome, mayFetchNext, site)
    } catch (error) {
      const isOver = /Missing lock/i.test((error as Error).message)
      if (!isOver || (await job.lane.renewLocks([job])).length > 0) throw error
    }
  }
}

/** The job is not ours: another worker's, or its end was told twice, as the first answer was cut off. */
async function notOurs(job: ActiveJob, { message }: Error, cuts: number, site: RecordingSite): Promise<Recorded> {
  return (await site.wasTold(job, cuts)) ? { next: {} } : { next: {}, lost: message }
}

/** Resolves when it may be told again. */
const turnAfter = (error: Error, failures: number, { refused }: RecordingSite): Promise<void> =>
  refusesAll(error) ? refused.turn() : setTimeout(waitMs(failures))

async function buryInstead(
  job: ActiveJob,
  error: unknown,
  told: RunOutcome,
  mayFetchNext: () => boolean,
  site: RecordingSite,
): Promise<Recorded> {
  if (told.kind === 'dead') return { next: {}, lost: (error as Error).message }
  const instead: RunOutcome = { kind: 'dead', failure: describeFailure(error) }
  return { instead, ...(await recordOutcome(job, instead, mayFetchNext, site)) }
}

async function tell(
  job: ActiveJob,
  outcome: RunOutcome,
  mayFetchNext: () => boolean,
  site: RecordingSite,
): Promise<Recorded> {
  const { lane } = job
  switch (outcome.kind) {
    case 'succeeded': {
      const { keep, resultTtlMs, hasOwnTtl = false } = outcome
      const result = keep ? outcome.result : NO_RESULT
      if (keep && hasOwnTtl) site.noteOwnTtl(job, resultTtlMs)
      if (result.large !== undefined) await site.saveLargeResult(job.id, result.large, resultTtlMs)
      const how = { keep, fetchNext: mayFetchNext(), ...payloadOf(job.id, outcome.result) }
      return { next: await lane.succeed(job, result.stored, how) }
    }
    case 'ignored': {
      const how = { keep: false, fetchNext: mayFetchNext(), ...payloadOf(job.id, NO_RESULT) }
      return { next: await lane.succeed(job, null, how) }
    }
    case 'dead': {
      const { failure, withoutRun } = outcome
      return { next: await lane.bury(job, failure, { fetchNext: mayFetchNext(), withoutRun }) }
    }
    case 'revoked': {
      const { reason, keep, withoutRun } = outcome
      return { next: await lane.bury(job, revokedFailure(reason), { keep, fetchNext: mayFetchNext(), withoutRun }) }
    }
    case 'expired': {
      const { expiredAt, keep } = outcome
      const how = { keep, fetchNext: mayFetchNext(), withoutRun: true }
      return { next: await lane.bury(job, expiredFailure(expiredAt), how) }
    }
    default:
      return putBack(job, outcome, mayFetchNext, site)
  }
}

/** Tells the broker of a job that is not done. */
async function putBack(
  job: ActiveJob,
  outcome: Exclude<RunOutcome, { kind: 'succeeded' | 'ignored' | 'dead' | 'revoked' | 'expired' }>,
  mayFetchNext: () => boolean,
  site: RecordingSite,
): Promise<Recorded> {
  const { lane } = job
  switch (outcome.kind) {
    case 'retry': {
      const { failure, delayMs } = outcome
      return waitsAgain(job, await lane.retry(job, failure, delayMs, { fetchNext: mayFetchNext() }), site)
    }
    case 'given-back':
      await lane.giveBack(job)
      return waitsAgain(job, {}, site)
    case 'parked':
      return waitsAgain(job, {}, site, await lane.park(job))
    case 'replaced':
      await lane.waitFor(job, outcome.workflow)
      return waitsAgain(job, {}, site)
    case 'snoozed':
    case 'postponed':
      await lane.postpone(job, outcome.delayMs, outcome.reason)
      return waitsAgain(job, {}, site)
  }
}

/**
 * The job went back. Where it had been told to end and this worker had not heard of it yet, it ends now: its next run
 * may be an hour away. What fails here is no reason to tell the broker again how the run ended; the job then ends when
 * it is next taken.
 */
async function waitsAgain(
  job: ActiveJob,
  next: Pull,
  site: RecordingSite,
  lane: string = job.lane.lane,
): Promise<Recorded> {
  noteNext(next, site)
  const revoked = await site.endIfRevoked(job, lane).catch((error) => void site.onTrouble(error as Error))
  return revoked === undefined ? { next } : { next, revoked }
}

function noteNext({ job }: Pull, { onNext }: RecordingSite): void {
  if (job !== undefined) onNext(job)
}

/** A part's result as its workflow keeps it for those that it goes to; nothing for a job of its own. */
function payloadOf(id: string, { stored, large }: EncodedResult): { readonly payload?: string } {
  if (partOf(id) === undefined) return {}
  const value: StoredValue = { id, stored, ...(large !== undefined && { large }) }
  return { payload: JSON.stringify(value) }
}

function expiredFailure(expiredAt: number): JobFailure {
  const message = `the job was to begin before ${new Date(expiredAt).toISOString()}`
  return { name: 'TaskqError', message, code: 'TASKQ_JOB_EXPIRED' }
}

/** The engine's words for a job that another worker has, or that is gone. */
const isLost = ({ message }: Error): boolean => /Missing (lock|key)|Lock mismatch|is not in the active/i.test(message)

/** What neither the broker nor the connection is to blame for: our code failed, or what it sent can be no command. */
const isHopeless = (error: unknown, failures: number): boolean =>
  failures > 1 &&
  (error instanceof TypeError ||
    error instanceof RangeError ||
    /not an integer or out of range|invalid expire|WRONGTYPE/.test((error as Error).message))

const notRecorded = ({ task, id }: ActiveJob, cause: Error): Error =>
  new Error(`the end of ${task} (${id}) is not recorded yet: ${cause.message}`, { cause })

/** From 1 s to 30 s, with jitter. */
const waitMs = (failures: number): number => Math.min(30_000, 500 * 2 ** failures) * (0.5 + Math.random() / 2)

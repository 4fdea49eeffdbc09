import type { Codec } from '../codec/codec.js'
import { type DecodedEnvelope, type Envelope, readStoredFields } from '../codec/envelope.js'
import type { ActiveJob } from '../engine/consumer.js'
import { describeFailure } from '../errors/job-failure.js'
import { show } from '../errors/problems.js'
import { TaskqError } from '../errors/taskq-error.js'
import type { TaskDefinition } from '../task/definition.js'
import { isTaskName } from '../task/names.js'
import { bringUpToDate } from './bring-up-to-date.js'
import type { RunOutcome } from './run-outcome.js'

/** What opening a job needs of its worker. */
export interface OpeningSite {
  readonly codec: Codec
  readonly findTask: (name: string) => TaskDefinition | undefined
}

/** A job that may run: its task, and what it carries. Or what becomes of it without a run. */
export type OpenedJob =
  | { readonly task: TaskDefinition; readonly envelope: Envelope }
  | { readonly outcome: RunOutcome }

/** A job that waits for later code is looked at again after this long. */
const LATER_CODE_WAIT_MS = 15_000

/** Reads a job, and asks whether it may run: decode → known → not lost, where it may run once → not expired → version. Never throws. */
export function openJob(job: ActiveJob, site: OpeningSite): OpenedJob {
  if (job.revoked !== undefined) return { outcome: revokedBefore(job.revoked, job, site.findTask(job.task)) }
  const decoded = site.codec.decodeEnvelope(job, job.data)
  const task = site.findTask(job.task)
  if (decoded.kind !== 'envelope') return unreadable(decoded, job, task)
  if (task === undefined) return unknown(job)
  // It has run already, and ends as a workflow does that took its place.
  if (job.waitsFor !== undefined) return { task, envelope: decoded.envelope }
  return endBeforeRun(job, task, decoded.envelope) ?? current(task, decoded.envelope)
}

/** What becomes of a job that is not to run any more; undefined for one that is. */
function endBeforeRun(job: ActiveJob, task: TaskDefinition, envelope: Envelope): OpenedJob | undefined {
  if (job.crashes > 0 && isAckedEarly(task, envelope)) return { outcome: lostOnce(job) }
  if (envelope.expiresAt === undefined || !hasExpired(envelope.expiresAt, job)) return undefined
  return { outcome: { kind: 'expired', expiredAt: envelope.expiresAt, keep: !ignoresResult(task, envelope) } }
}

/** The job as its task's code of now wants it; where some of its arguments are still to come, as it is. */
export function current(task: TaskDefinition, stored: Envelope): OpenedJob {
  if (stored.input !== undefined) return { task, envelope: stored }
  const upToDate = bringUpToDate(task, stored)
  if ('later' in upToDate) return postponed(laterVersion(task, upToDate.later))
  if ('error' in upToDate) return dead(upToDate.error)
  return { task, envelope: upToDate.envelope }
}

/** What nobody can read as it is ends here; what another worker may be able to read waits for it. */
function unreadable(
  decoded: Exclude<DecodedEnvelope, { kind: 'envelope' }>,
  job: ActiveJob,
  task: TaskDefinition | undefined,
): OpenedJob {
  if (decoded.kind === 'malformed' || decoded.kind === 'refused') return dead(decoded.error)
  const { expiresAt, ignoreResult = task?.ignoreResult } = readStoredFields(job.data)
  if (expiresAt !== undefined && hasExpired(expiresAt, job))
    return { outcome: { kind: 'expired', expiredAt: expiresAt, keep: ignoreResult !== true } }
  const why =
    decoded.kind === 'later-version'
      ? `its layout, version ${decoded.version}, is of a later taskq`
      : `this worker does not have the key ${show(decoded.keyId)}`
  return postponed(`${why}; taskq revoke ends it`)
}

/** By the broker's time, at which it was taken. */
const hasExpired = (expiresAt: number, { isWantedLate, startedAt }: ActiveJob): boolean =>
  isWantedLate !== true && expiresAt <= startedAt

/** Whether a job is dropped when it has ended well. */
export const ignoresResult = (task: TaskDefinition, envelope: Envelope): boolean =>
  envelope.ignoreResult ?? task.ignoreResult

/** Whether a job is taken for done when its run begins. */
export const isAckedEarly = (task: TaskDefinition, envelope: Envelope): boolean =>
  (envelope.acks ?? task.acks) === 'early'

/** As after its success, a job whose call, or else whose task, keeps no result leaves no trace. */
export const revokedOutcome = (
  reason: string,
  { data }: Pick<ActiveJob, 'data'>,
  task: TaskDefinition | undefined,
): Extract<RunOutcome, { kind: 'revoked' }> => ({
  kind: 'revoked',
  reason,
  keep: (readStoredFields(data).ignoreResult ?? task?.ignoreResult) !== true,
})

/** How a job ends that was revoked before it could run here. */
export const revokedBefore = (...revoke: Parameters<typeof revokedOutcome>): RunOutcome => ({
  ...revokedOutcome(...revoke),
  withoutRun: true,
})

/** It waits where only workers look that know its task; in its own lane it is already. A name that no task can have is none. */
function unknown(job: ActiveJob): OpenedJob {
  if (!isTaskName(job.task))
    return dead(new TaskqError('TASKQ_PAYLOAD_MALFORMED', `no task has the name ${show(job.task)}`))
  return job.lane.name.task === undefined
    ? { outcome: { kind: 'parked' } }
    : postponed('this worker does not know its task')
}

const laterVersion = ({ version }: TaskDefinition, later: number): string =>
  `its arguments are of version ${later} of its task, this worker has version ${version}`

const dead = (error: unknown): OpenedJob => ({
  outcome: { kind: 'dead', failure: describeFailure(error), withoutRun: true },
})

const postponed = (reason: string): OpenedJob => ({
  outcome: { kind: 'postponed', delayMs: LATER_CODE_WAIT_MS, reason },
})

/** It has run, and did not come back: its last run is told as one. */
function lostOnce(job: ActiveJob): RunOutcome {
  const error = new TaskqError(
    'TASKQ_JOB_CRASHED',
    `the worker that had ${job.task} (${job.id}) died or was lost, and it runs once at most (acks: 'early')`,
    { hint: 'See how far it came, and enqueue it again where that is right.' },
  )
  return { kind: 'dead', failure: describeFailure(error) }
}

import type { JobJson } from 'bullmq'
import { revokeReason } from '../revokes/revoke.js'
import { type ClaimFacts, readClaim } from '../same-jobs/claim-field.js'
import { WAITS_FOR_OPTION } from '../workflows/wait-script.js'
import { ANY_TIME_OPTION } from './retry-script.js'

/** What a worker is told of the job that it takes. */
export interface TakenJob extends ClaimFacts {
  readonly id: string
  readonly task: string
  /** The envelope, as JSON. */
  readonly data: string
  readonly enqueuedAt: number
  /** How long it was to wait from then on, before its first run. */
  readonly delayMs: number
  /** When this run began, in milliseconds since 1970, by the broker's clock. */
  readonly startedAt: number
  /** How often it was taken, this time included; unlike its attempts, it is never set back. */
  readonly taken: number
  /** Runs that ended before this one. */
  readonly attemptsMade: number
  /** How often a worker died, or was lost, while it held the job. */
  readonly crashes: number
  /** Why it must not run, where it was revoked while a worker before this one held it. */
  readonly revoked: string | undefined
  /** It is wanted after its time to begin, too: an operator ran it again. */
  readonly isWantedLate?: boolean
  /** The workflow that it is to end like, where a run of it made one in its place. */
  readonly waitsFor?: string
}

/** Why no job came, where there is a reason. */
export interface NoJob {
  /** Nothing starts here for so long, by the lane's rate limit. */
  readonly limitedForMs?: number
  /** Jobs wait for the rate limits of their keys; one of them may start at `nextDueAt`. */
  readonly isLimitedByKey?: boolean
  /** When the next scheduled job is due, in milliseconds since 1970. */
  readonly nextDueAt?: number
}

/** Stands for an id where the turnstile tells when the next key may start a job. */
const TURN = 'turn'

/** Reads what the engine answers to whoever asks for a job. */
export function readPullReply(reply: unknown): TakenJob | NoJob {
  const [json, id, limitedForMs, nextDueAt] = (Array.isArray(reply) ? reply : []) as [
    JobJson?,
    string?,
    number?,
    number?,
  ]
  if (json) return toTaken(json, id ?? json.id)
  return {
    ...(id === TURN && { isLimitedByKey: true }),
    ...(limitedForMs !== undefined && limitedForMs > 0 && { limitedForMs }),
    ...(nextDueAt !== undefined && nextDueAt > 0 && { nextDueAt }),
  }
}

function toTaken(json: JobJson, id: string): TakenJob {
  return {
    id,
    task: json.name,
    data: json.data,
    enqueuedAt: json.timestamp,
    delayMs: json.opts?.delay ?? 0,
    startedAt: json.processedOn ?? Date.now(),
    taken: countOf(json.attemptsStarted) ?? 1,
    attemptsMade: countOf(json.attemptsMade) ?? 0,
    crashes: countOf(json.stalledCounter) ?? 0,
    revoked: revokeReason(json.deferredFailure),
    ...(json.opts !== undefined && ANY_TIME_OPTION in json.opts && { isWantedLate: true }),
    ...waitsFor(json.opts),
    ...(json.deduplicationId !== undefined && readClaim(id, json.deduplicationId)),
  }
}

function waitsFor(options: object | undefined): { waitsFor?: string } {
  const workflow = options !== undefined && WAITS_FOR_OPTION in options ? options[WAITS_FOR_OPTION] : undefined
  return typeof workflow === 'string' ? { waitsFor: workflow } : {}
}

/** What somebody else wrote may be no number. */
const countOf = (stored: number | undefined): number | undefined => (Number.isSafeInteger(stored) ? stored : undefined)

/** A job that cannot be read: what is known of it all the same. */
export const unreadable = (id: string): TakenJob => ({
  ...{ id, task: 'unreadable', data: '', startedAt: Date.now(), enqueuedAt: 0, delayMs: 0 },
  ...{ taken: 1, attemptsMade: 0, crashes: 0, revoked: undefined },
})

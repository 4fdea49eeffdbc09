import type { Codec } from '../codec/codec.js'
import type { EnvelopeDraft } from '../codec/envelope.js'
import type { ResolvedConfig } from '../config/resolved-config.js'
import type { NewJob } from '../engine/delivery.js'
import type { ResolvedCall } from '../task/enqueue-problems.js'
import type { JobCall, PartCall } from '../task/job-call.js'
import { NAMED } from '../task/names.js'
import { type IdleKey, idleKeysOf, limitKeysOf } from './call-limits.js'
import { checkCall, checkTimeLimits } from './check-call.js'
import type { Destination, FindDestination, KnownTask } from './destination.js'
import { lineageHere } from './lineage.js'
import { type Sameness, samenessOf } from './same-job.js'

/** A job that is ready to be sent, and what its caller's handle must know. */
export interface PlannedJob {
  readonly job: NewJob
  readonly destination: Destination
  readonly ignoreResult: boolean
  /** Whether a priority was asked for that counts for nothing in its queue. */
  readonly lostPriority: boolean
  readonly idleKeys: readonly IdleKey[]
}

/** What planning needs of the config. */
export type PlanConfig = Pick<ResolvedConfig, 'payload' | 'queues' | 'results'>

/**
 * Makes a call a job: check its options → find its queue → gather what it carries → encode. Asks nobody.
 *
 * @throws TaskqError `TASKQ_ENQUEUE_OPTION_INVALID`, `TASKQ_PAYLOAD_NOT_JSON`, `TASKQ_PAYLOAD_TOO_LARGE`
 */
export function planJob(
  { id, task, args, options, schedule, part }: JobCall,
  known: KnownTask,
  destinationOf: FindDestination,
  config: PlanConfig,
  codec: Codec,
  /** The broker's time where the call has to do with time. */
  nowMs: number,
): PlannedJob {
  const startMs = Math.max(nowMs, part?.readyAt ?? 0)
  const call = checkCall(task, args, options, startMs)
  const destination = destinationOf({ task, args, options }, known, call.queue)
  const { definition } = known
  checkTimeLimits(task, call, definition)
  const keys = limitKeysOf(definition, part?.allArgs ?? args, call)
  const { sameAs, ...sameness } = samenessFor(part, definition, task, args, call)
  const lineage = lineageHere()
  const ofCall = { keys, sameAs, merges: mayMerge(sameness), ...lineage, ...carriedOf(call, known, startMs) }
  const carried = { args, schedule, ...ofCall, ...(part && carriedByPart(part, ofCall.expiresAt)) }
  const wanted = call.priority ?? definition?.priority ?? destination.priority
  // In a queue with priorities every job has one: the engine puts those without before all others.
  const priority = config.queues[destination.queue]?.priorities === true ? (wanted ?? 0) : undefined
  const identity = identityOf({ id, task, part }, call)
  const job = {
    ...identity,
    lane: destination.lane,
    data: codec.encodeEnvelope(identity, carried, config.payload, definition?.codec),
    delayMs: delayOf(call, sameness, nowMs, startMs),
    ...(priority !== undefined && { priority }),
    ...sameness,
    ...(keys && { keys }),
    ...(carried.expiresAt !== undefined && { expiresAt: carried.expiresAt }),
    ...(lineage.parent !== undefined && { parent: { id: lineage.parent, keepMs: config.results.ttlMs } }),
    ...partIn(part),
  }
  return {
    job,
    destination,
    ignoreResult: call.ignoreResult ?? destination.ignoreResult,
    lostPriority: wanted !== undefined && priority === undefined,
    idleKeys: idleKeysOf(known, call),
  }
}

/** The job's id, by what its caller calls it where it does; `caller` tells its call from others then. */
const identityOf = ({ id, task, part }: Identified, { taskId }: ResolvedCall) =>
  taskId === undefined || part !== undefined ? { id, task } : { id: `${NAMED}${taskId}`, task, caller: id }

type Identified = Pick<JobCall, 'id' | 'task'> & { readonly part: PartCall | undefined }

function partIn(part: PartCall | undefined): Pick<NewJob, 'part'> {
  if (part === undefined) return {}
  const { workflow, node, handedAt } = part
  return { part: { workflow, node, ...(handedAt !== undefined && { handedAt }) } }
}

/** A workflow waits for each of its parts: none of them can be another call's job. */
const samenessFor = (part: PartCall | undefined, ...call: Parameters<typeof samenessOf>): Sameness =>
  part === undefined ? samenessOf(...call) : NOT_THE_SAME

const NOT_THE_SAME: Sameness = Object.freeze({})

/** What a job carries as a part of a workflow: its line is that of the run which made the workflow. */
const carriedByPart = ({ parent, root, each, input, expiresAt = NEVER }: PartCall, own: number | undefined) => {
  const earliest = Math.min(expiresAt, own ?? NEVER)
  return { parent, root, each, input, expiresAt: earliest === NEVER ? undefined : earliest }
}

const NEVER = Number.POSITIVE_INFINITY

/** Whether a later call's payload may take the place of this one's, or this one's of an earlier. */
const mayMerge = ({ sameJob }: Sameness): true | undefined =>
  sameJob?.kind === 'debounce' || sameJob?.kind === 'keep-latest' ? true : undefined

/** Until when a job waits: until its time; where calls that come close together are one job, until it has been quiet. */
function delayOf({ dueAt }: ResolvedCall, { sameJob }: Sameness, nowMs: number, startMs: number): number {
  const delayMs = (dueAt ?? startMs) - nowMs
  return sameJob?.kind === 'debounce' ? Math.max(delayMs, sameJob.waitMs) : delayMs
}

/** What a job carries of its call, and of its task where the worker cannot know it. */
function carriedOf(call: ResolvedCall, { definition, facts }: KnownTask, nowMs: number): Omit<EnvelopeDraft, 'args'> {
  const { retries, headers, backoff, softTimeLimitMs, timeLimitMs, pool, ignoreResult, acks } = call
  const { expiresMs, version = 1 } = definition ?? {}
  return {
    retries,
    headers,
    backoff,
    softTimeLimitMs,
    timeLimitMs,
    pool,
    ignoreResult,
    acks,
    resultTtlMs: call.resultTtlMs ?? (definition ?? facts)?.resultTtlMs,
    taskVersion: version === 1 ? undefined : version,
    expiresAt: call.expiresAt ?? (expiresMs === undefined ? undefined : (call.dueAt ?? nowMs) + expiresMs),
  }
}

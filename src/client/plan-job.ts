import { type EnvelopeDraft, encodeEnvelope } from '../codec/envelope.js'
import type { ResolvedConfig, ResolvedQueue } from '../config/resolved-config.js'
import type { NewJob } from '../engine/delivery.js'
import type { TaskDefinition } from '../task/definition.js'
import type { ResolvedCall } from '../task/enqueue-problems.js'
import type { JobCall } from '../task/job-call.js'
import { limitKeysOf } from './call-limits.js'
import { checkCall } from './check-call.js'
import type { Destination, FindDestination, KnownTask } from './destination.js'
import { lineageHere } from './lineage.js'
import { sameJobOf } from './same-job.js'

/** A job that is ready to be sent, and what its caller's handle must know. */
export interface PlannedJob {
  readonly job: NewJob
  readonly destination: Destination
  readonly ignoreResult: boolean
}

/** What planning needs of the config. */
export type PlanConfig = Pick<ResolvedConfig, 'payload' | 'queues'>

/**
 * Makes a call a job: check its options → find its queue → gather what it carries → encode. Asks nobody.
 *
 * @throws TaskqError `TASKQ_ENQUEUE_OPTION_INVALID`, `TASKQ_PAYLOAD_NOT_JSON`, `TASKQ_PAYLOAD_TOO_LARGE`
 */
export function planJob(
  { id, task, args, options, schedule }: JobCall,
  known: KnownTask,
  destinationOf: FindDestination,
  config: PlanConfig,
): PlannedJob {
  const nowMs = Date.now()
  const call = checkCall(task, args, options, nowMs)
  const destination = destinationOf(task, known, call.queue)
  const { definition } = known
  const keys = definition && limitKeysOf(definition, args, call)
  const sameJob = sameJobOf(definition, task, args, call)
  const lineage = lineageHere()
  const carried = { args, schedule, keys, sameAs: sameJob?.id, ...lineage, ...carriedOf(call, known, nowMs) }
  const priority = priorityOf(call, definition, config.queues[destination.queue])
  const job = {
    id: call.taskId === undefined ? id : `u_${call.taskId}`,
    lane: destination.lane,
    task,
    data: encodeEnvelope(task, carried, config.payload),
    delayMs: call.dueAt === undefined ? 0 : call.dueAt - nowMs,
    ...(priority !== undefined && { priority }),
    ...(sameJob && { sameJob }),
    ...(keys && { keys }),
    ...(lineage.parent !== undefined && { parent: lineage.parent }),
  }
  return { job, destination, ignoreResult: call.ignoreResult ?? destination.ignoreResult }
}

/** What a job carries of its call, and of its task where the worker cannot know it. */
function carriedOf(call: ResolvedCall, { definition, facts }: KnownTask, nowMs: number): Omit<EnvelopeDraft, 'args'> {
  const { retries, headers, backoff, softTimeLimitMs, timeLimitMs, ignoreResult, acks } = call
  const { expiresMs, version = 1 } = definition ?? {}
  return {
    retries,
    headers,
    backoff,
    softTimeLimitMs,
    timeLimitMs,
    ignoreResult,
    acks,
    resultTtlMs: call.resultTtlMs ?? (definition ?? facts)?.resultTtlMs,
    taskVersion: version === 1 ? undefined : version,
    expiresAt: call.expiresAt ?? (expiresMs === undefined ? undefined : nowMs + expiresMs),
  }
}

/** In a queue with priorities every job has one: the engine puts those without before all others. */
function priorityOf(
  call: ResolvedCall,
  task: TaskDefinition | undefined,
  queue: ResolvedQueue | undefined,
): number | undefined {
  return queue?.priorities === true ? (call.priority ?? task?.priority ?? 0) : undefined
}

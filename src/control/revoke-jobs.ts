import { readStoredFields } from '../codec/envelope.js'
import type { Engine } from '../engine/engine.js'
import { jobStateOf } from '../engine/jobs/job-state.js'
import type { JobSummary } from '../engine/jobs/job-summary.js'
import type { RevokeFact } from '../engine/revokes/revoke-fact.js'
import type { RevokeProgress } from '../engine/revokes/revoke-walk.js'
import type { RevokeRequest } from '../engine/revokes/revokes.js'
import { revokeWorkflow } from '../engine/workflows/revoke-workflow.js'
import { formatProblem, show } from '../errors/problems.js'
import { TaskqError } from '../errors/taskq-error.js'
import type { Revocation } from '../task/async-result.js'
import type { Headers } from '../task/enqueue-options.js'
import type { JobState } from '../task/job-state.js'
import { isWorkflowId } from '../task/names.js'
import { taskGlob } from '../task/task-glob.js'
import { isoTime } from './job-report.js'
import { requireQueue } from './known-queues.js'

/** What came of revoking one job. */
export interface RevokedReport {
  readonly id: string
  readonly outcome: Revocation
}

/** Which jobs are to end. All that is given must match. */
export interface RevokeFilter {
  readonly queue?: string
  /** A task's name, or a glob with `*`. */
  readonly task?: string
  /** Headers that a job must have, with these values. They are compared as text: `3` and `'3'` are the same. */
  readonly headers?: Headers
}

/** Jobs that are revoked at the same time. */
const AT_ONCE = 50

/** No job's id has spaces or colons in it: the longest are those of schedules. */
const JOB_ID = /^[^\s:\p{C}]{1,300}$/u

/**
 * Ends jobs and workflows before they are done, each by itself; what came of each, in the order of the ids.
 *
 * @throws TaskqError `TASKQ_CONTROL_INVALID` for what can be no id, before anything is done
 */
export async function revokeJobs(
  engine: Engine,
  ids: readonly string[],
  request: RevokeRequest,
): Promise<readonly RevokedReport[]> {
  const wrong = ids.find((id) => typeof id !== 'string' || !JOB_ID.test(id))
  if (wrong !== undefined) {
    const problem = formatProblem({ key: 'ids', expected: "jobs' ids, such as mwqu2ncn7YaA1XCvgXja", got: show(wrong) })
    throw new TaskqError('TASKQ_CONTROL_INVALID', problem)
  }
  const wanted = [...new Set(ids)]
  const reports: RevokedReport[] = []
  for (let at = 0; at < wanted.length; at += AT_ONCE) {
    const step = wanted.slice(at, at + AT_ONCE)
    reports.push(
      ...(await Promise.all(step.map(async (id) => ({ id, outcome: await revokeOne(engine, id, request) })))),
    )
  }
  return reports
}

const revokeOne = (engine: Engine, id: string, request: RevokeRequest): Promise<Revocation> =>
  isWorkflowId(id) ? revokeWorkflow(engine, id, request) : engine.revokes.end(id, request)

/**
 * Ends all jobs that match: those that wait at once, those that run as soon as they heed it.
 *
 * @throws TaskqError `TASKQ_CONTROL_INVALID` for a filter that says nothing; `TASKQ_QUEUE_UNKNOWN`
 */
export async function revokeMatching(
  engine: Engine,
  filter: RevokeFilter,
  request: RevokeRequest,
  onProgress?: (progress: RevokeProgress) => void,
): Promise<RevokeProgress> {
  const { queue, task, headers = {} } = filter
  if (queue === undefined && task === undefined && Object.keys(headers).length === 0) {
    const problem = formatProblem({ key: 'filter', expected: 'a task, a queue or headers', got: show(filter) })
    throw new TaskqError('TASKQ_CONTROL_INVALID', problem)
  }
  if (queue !== undefined) await requireQueue(engine, queue)
  const match = {
    ...(queue !== undefined && { queue }),
    ...(task !== undefined && { task }),
    matches: matcherOf(filter),
  }
  return engine.revokes.endMatching(match, request, describeFilter(filter), onProgress)
}

function matcherOf({ task, headers = {} }: RevokeFilter): (job: JobSummary) => boolean {
  const glob = task === undefined ? undefined : taskGlob(task)
  const wanted = Object.entries(headers)
  return (job) => {
    if (glob !== undefined && !glob.test(job.task)) return false
    if (wanted.length === 0) return true
    const own = readStoredFields(job.data ?? '').headers ?? {}
    return wanted.every(([name, value]) => Object.hasOwn(own, name) && String(own[name]) === String(value))
  }
}

/** Which jobs are meant, for people. */
export function describeFilter({ queue, task, headers = {} }: RevokeFilter): string {
  return [
    ...(task === undefined ? [] : [`task ${task}`]),
    ...(queue === undefined ? [] : [`queue ${queue}`]),
    ...Object.entries(headers).map(([name, value]) => `header ${name}=${value}`),
  ].join(', ')
}

/** A revoke that was asked for. Times are ISO 8601. */
export type RevokeReport =
  | {
      readonly id: string
      readonly task?: string
      readonly outcome: Revocation
      /** Where the job stands now. */
      readonly state: JobState
      readonly at: string
      readonly reason: string
      readonly terminateMs?: number
      readonly by?: string
    }
  | {
      readonly what: string
      readonly outcome: 'begun' | 'done'
      readonly searched: number
      readonly removed: number
      readonly told: number
      readonly at: string
      readonly reason: string
      readonly terminateMs?: number
      readonly by?: string
    }

/** What was revoked within the last week, the newest first. JSON only. */
export interface RevokesReport {
  readonly revokes: readonly RevokeReport[]
  readonly total: number
}

/** Tells what was revoked, what came of it, and where those jobs stand now. No worker is asked. */
export async function inspectRevoked(engine: Engine, limit: number): Promise<RevokesReport> {
  const { facts, total } = await engine.revokes.list(limit)
  const revokes: RevokeReport[] = []
  for (let at = 0; at < facts.length; at += AT_ONCE)
    revokes.push(...(await Promise.all(facts.slice(at, at + AT_ONCE).map((fact) => reportOf(engine, fact)))))
  return { revokes, total }
}

async function reportOf(engine: Engine, { at, ...fact }: RevokeFact): Promise<RevokeReport> {
  if ('what' in fact) return { ...fact, at: isoTime(at) }
  const job = await engine.jobs.find(fact.id)
  return { ...fact, at: isoTime(at), state: job === undefined ? 'unknown' : jobStateOf(job) }
}

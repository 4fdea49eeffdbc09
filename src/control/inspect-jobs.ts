import type { Viewer } from '../codec/viewer.js'
import type { Engine } from '../engine/engine.js'
import type { JobFilter } from '../engine/jobs/job-summary.js'
import { isWorkflowId } from '../task/names.js'
import type { JobRow } from './dashboard.js'
import { describeJob, isoTime, type JobReport } from './job-report.js'
import { readJobs } from './jobs-list.js'
import { requireQueue } from './known-queues.js'
import { describeWorkflow, type WorkflowReport } from './workflows/workflow-report.js'

/** Which jobs that wait for their time are wanted. */
export interface ScheduledRequest extends Pick<JobFilter, 'queue' | 'task'> {
  /** Default 100. */
  readonly limit?: number
}

/** Jobs that wait for their time, the next first; then those that wait for the end of another. JSON only. */
export interface ScheduledReport {
  readonly jobs: readonly ScheduledJobReport[]
  /** How many wait, of all tasks; in the queue that was asked for, where one is named. */
  readonly total: number
  /** How many were looked at. Where they are fewer than `total`, there may be more that match. */
  readonly searched: number
}

/** A job that waits for its time. Times are ISO 8601. */
export interface ScheduledJobReport {
  readonly id: string
  readonly task: string
  readonly queue: string
  /** `retrying` where it failed before; `blocked` where it waits for the end of another. */
  readonly state: JobRow['state']
  /** Runs that ended. */
  readonly attempts: number
  readonly enqueuedAt: string
  /** When it may run; left out where that is not known. */
  readonly dueAt?: string
  /** How long that is from now; 0 for what is due. */
  readonly dueInMs?: number
  /** The arguments as JSON with secrets masked, at most 200 characters. */
  readonly args: string
  /** Why it failed last. */
  readonly error?: string
}

const SHOWN = 100

/**
 * The jobs that wait for their time, of a countdown or of their next run, and for the end of another job.
 *
 * @throws TaskqError `TASKQ_QUEUE_UNKNOWN`
 */
export async function inspectScheduled(
  engine: Engine,
  { limit = SHOWN, ...filter }: ScheduledRequest,
  viewer: Viewer,
): Promise<ScheduledReport> {
  const [{ at }, ...pages] = await Promise.all([
    engine.ping(),
    readJobs(engine, { ...filter, place: 'scheduled' }, limit, viewer),
    readJobs(engine, { ...filter, place: 'retrying' }, limit, viewer),
    readJobs(engine, { ...filter, place: 'blocked' }, limit, viewer),
  ])
  const total = pages.reduce((sum, page) => sum + page.total, 0)
  if (total === 0 && filter.queue !== undefined) await requireQueue(engine, filter.queue)
  const rows = pages.flatMap((page) => page.rows).sort((a, b) => dueOf(a) - dueOf(b))
  return {
    jobs: rows.slice(0, limit).map((row) => describeRow(row, at)),
    total,
    searched: pages.reduce((sum, page) => sum + page.searched, 0),
  }
}

const dueOf = ({ dueAt }: JobRow): number => dueAt ?? Number.POSITIVE_INFINITY

function describeRow(row: JobRow, now: number): ScheduledJobReport {
  const { id, task, queue, state, attempts, enqueuedAt, dueAt, args, error } = row
  return {
    ...{ id, task, queue, state, attempts, args },
    enqueuedAt: isoTime(enqueuedAt),
    ...(dueAt !== undefined && { dueAt: isoTime(dueAt), dueInMs: Math.max(0, dueAt - now) }),
    ...(error !== undefined && { error }),
  }
}

/** Where a job stands, without its result, and the worker that runs it now, where one does; or where a workflow does. */
export type QueriedJob =
  | (Omit<JobReport, 'result'> & { readonly worker?: string })
  | WorkflowReport
  | { readonly id: string; readonly state: 'unknown' }

/** Jobs that are asked for at a time. */
const CHUNK = 200

/** Where jobs and workflows stand, in the order of the ids. One that is not there is `unknown`. */
export async function queryJobs(
  engine: Engine,
  ids: readonly string[],
  viewer: Viewer,
): Promise<readonly QueriedJob[]> {
  const runners = new Map<string, string>()
  for (const { name, slots = [] } of await engine.workers()) for (const { id } of slots) runners.set(id, name)
  const found: QueriedJob[] = []
  for (let start = 0; start < ids.length; start += CHUNK) {
    const chunk = ids.slice(start, start + CHUNK)
    found.push(...(await Promise.all(chunk.map((id) => queryJob(engine, id, runners.get(id), viewer)))))
  }
  return found
}

async function queryJob(engine: Engine, id: string, runner: string | undefined, viewer: Viewer): Promise<QueriedJob> {
  if (isWorkflowId(id)) return queryWorkflow(engine, id)
  const job = await engine.jobs.find(id)
  if (job === undefined) return { id, state: 'unknown' }
  const report = describeJob(job, viewer)
  return report.state === 'active' && runner !== undefined ? { ...report, worker: runner } : report
}

async function queryWorkflow({ workflows }: Engine, id: string): Promise<QueriedJob> {
  const summary = await workflows.summary(id)
  return summary === undefined ? { id, state: 'unknown' } : describeWorkflow(summary)
}

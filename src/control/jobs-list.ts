import { shownProgress, type Viewer } from '../codec/viewer.js'
import type { Engine } from '../engine/engine.js'
import { queueOf } from '../engine/jobs/job-reader.js'
import { jobStateOf } from '../engine/jobs/job-state.js'
import type { JobFilter, JobSummary } from '../engine/jobs/job-summary.js'
import type { JobPage, JobRow } from './dashboard.js'
import { cutArgs, errorLine, isReported, listedArgs } from './jobs-preview.js'

/** Reads the first jobs that match. Throws `TASKQ_BROKER_UNREACHABLE`. */
export async function readJobs(engine: Engine, filter: JobFilter, limit: number, viewer: Viewer): Promise<JobPage> {
  const { jobs, searched, total } = await engine.jobLists.find(filter, limit, listedArgs(viewer))
  return { rows: jobs.map((job) => toRow(job, viewer)), searched, total }
}

function toRow(job: JobSummary, viewer: Viewer): JobRow {
  const { id, task, attemptsMade, enqueuedAt, dueAt, startedAt, finishedAt, failure, progress } = job
  return {
    id,
    task,
    queue: queueOf(job),
    state: jobStateOf(job),
    attempts: attemptsMade,
    enqueuedAt,
    ...(dueAt !== undefined && { dueAt }),
    ...(startedAt !== undefined && { startedAt }),
    ...(finishedAt !== undefined && { finishedAt }),
    args: cutArgs(listedArgs(viewer)(job)),
    ...(failure !== undefined && !job.standing.succeeded && { error: errorLine(failure) }),
    ...(isReported(progress) && { progress: shownProgress(viewer, id, progress) }),
  }
}

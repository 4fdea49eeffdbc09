import { readStoredFields } from '../codec/envelope.js'
import { readLogLine } from '../codec/log-line.js'
import { shownProgress, unreadableText, type Viewer } from '../codec/viewer.js'
import type { Engine } from '../engine/engine.js'
import { type JobStory, queueOf } from '../engine/jobs/job-reader.js'
import type { JobRecord } from '../engine/jobs/job-record.js'
import { jobStateOf } from '../engine/jobs/job-state.js'
import { partOf } from '../task/names.js'
import type { JobDetail } from './dashboard.js'
import { cutArgs, errorLine, isReported, redactedArgs, redactedJson } from './jobs-preview.js'
import { timelineOf } from './jobs-timeline.js'

const LOG_LINES = 100
const MAX_LINE = 4096

/** Reads all of one job, secrets masked; undefined where there is none. Throws `TASKQ_BROKER_UNREACHABLE`. */
export async function readJobDetail(engine: Engine, id: string, viewer: Viewer): Promise<JobDetail | undefined> {
  const story = await engine.jobs.findStory(id)
  if (story === undefined) return undefined
  const [logs, resultJson] = await Promise.all([
    engine.jobs.logs(story.job, LOG_LINES),
    readResult(engine, story.job, viewer),
  ])
  return {
    ...describe(story, viewer),
    ...(resultJson !== undefined && { resultJson }),
    logs: logs.map((line) => readLogLine(line, viewer.redact).slice(0, MAX_LINE)),
    timeline: timelineOf(story),
  }
}

function describe(story: JobStory, viewer: Viewer): Omit<JobDetail, 'logs' | 'timeline' | 'resultJson'> {
  const { job, dueAt, worker, tries, audit } = story
  const { id, lane, task, attemptsMade, enqueuedAt, startedAt, finishedAt, progress, putAside } = job
  const failure = job.standing.succeeded ? undefined : job.failure
  const argsJson = redactedArgs(job, job.data, viewer)
  const { schedule, sameAs } = readStoredFields(job.data)
  return {
    id,
    lane,
    task,
    queue: queueOf(job),
    state: jobStateOf(job),
    attempts: attemptsMade,
    enqueuedAt: Number.isFinite(enqueuedAt) ? enqueuedAt : 0,
    args: cutArgs(argsJson),
    argsJson,
    tries,
    ...(dueAt !== undefined && { dueAt }),
    ...(startedAt !== undefined && { startedAt }),
    ...(finishedAt !== undefined && { finishedAt }),
    ...(failure !== undefined && { failure, error: errorLine(failure) }),
    ...(isReported(progress) && { progress: shownProgress(viewer, id, progress) }),
    ...(putAside !== undefined && { putAside }),
    ...(audit.length > 0 && { audit }),
    ...workflowsOf(job),
    ...(worker !== undefined && { worker }),
    ...(schedule !== undefined && { schedule }),
    ...(sameAs !== undefined && { sameAs }),
  }
}

function workflowsOf({ id, waitsFor }: JobRecord): Pick<JobDetail, 'workflow' | 'waitsFor'> {
  const part = partOf(id)
  return { ...(part !== undefined && { workflow: part.workflow }), ...(waitsFor !== undefined && { waitsFor }) }
}

async function readResult(engine: Engine, job: JobRecord, viewer: Viewer): Promise<string | undefined> {
  if (!job.standing.succeeded) return undefined
  const { id, result: stored } = job
  const decoded = readable(() => viewer.codec.decodeResult(id, stored))
  if ('value' in decoded) return redactedJson(decoded.value ?? null, viewer)
  const large = await engine.jobs.largeResult(id)
  if (large === undefined) return undefined
  return redactedJson(readable(() => ({ value: viewer.codec.decodeLarge(id, stored, large) })).value, viewer)
}

/** Why it cannot be read, in the place of what cannot be. */
function readable<Read>(read: () => Read): Read | { readonly value: string } {
  try {
    return read()
  } catch (error) {
    return { value: unreadableText(error) }
  }
}

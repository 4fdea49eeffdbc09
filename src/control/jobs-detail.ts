import { decodeEnvelope } from '../codec/envelope.js'
import { readLogLine } from '../codec/log-line.js'
import type { Redactor } from '../codec/redaction.js'
import { decodeResult } from '../codec/result.js'
import type { Engine } from '../engine/engine.js'
import { type JobStory, queueOf } from '../engine/job-reader.js'
import type { JobRecord } from '../engine/job-record.js'
import { jobStateOf } from '../engine/job-state.js'
import type { JobDetail } from './dashboard.js'
import { cutArgs, errorLine, isReported, redactedArgs, redactedJson } from './jobs-preview.js'
import { timelineOf } from './jobs-timeline.js'

const LOG_LINES = 100
const MAX_LINE = 4096

/** Reads all of one job, secrets masked; undefined where there is none. Throws `TASKQ_BROKER_UNREACHABLE`. */
export async function readJobDetail(engine: Engine, id: string, redact: Redactor): Promise<JobDetail | undefined> {
  const story = await engine.jobs.findStory(id)
  if (story === undefined) return undefined
  const [logs, resultJson] = await Promise.all([
    engine.jobs.logs(story.job, LOG_LINES),
    readResult(engine, story.job, redact),
  ])
  return {
    ...describe(story, redact),
    ...(resultJson !== undefined && { resultJson }),
    logs: logs.map((line) => readLogLine(line, redact).slice(0, MAX_LINE)),
    timeline: timelineOf(story),
  }
}

function describe(story: JobStory, redact: Redactor): Omit<JobDetail, 'logs' | 'timeline' | 'resultJson'> {
  const { job, dueAt, worker, tries } = story
  const { id, lane, task, attemptsMade, enqueuedAt, startedAt, finishedAt, progress } = job
  const failure = job.standing.succeeded ? undefined : job.failure
  const argsJson = redactedArgs(job.data, redact)
  const schedule = scheduleOf(job.data)
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
    ...(isReported(progress) && { progress: redact(progress) }),
    ...(worker !== undefined && { worker }),
    ...(schedule !== undefined && { schedule }),
  }
}

function scheduleOf(data: string): JobDetail['schedule'] {
  const decoded = decodeEnvelope(data)
  return decoded.kind === 'envelope' ? decoded.envelope.schedule : undefined
}

async function readResult(engine: Engine, job: JobRecord, redact: Redactor): Promise<string | undefined> {
  if (!job.standing.succeeded) return undefined
  const decoded = decodeResult(job.result)
  if ('value' in decoded) return redactedJson(decoded.value ?? null, redact)
  const large = await engine.jobs.largeResult(job.id)
  return large === undefined ? undefined : redactedJson(parse(large), redact)
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return '[unreadable]'
  }
}

import { readStoredFields } from '../codec/envelope.js'
import { shownBy, shownProgress, unreadableText, type Viewer } from '../codec/viewer.js'
import type { Engine } from '../engine/engine.js'
import { queueOf } from '../engine/jobs/job-reader.js'
import type { JobRecord } from '../engine/jobs/job-record.js'
import { jobStateOf } from '../engine/jobs/job-state.js'
import type { JobFailure } from '../errors/job-failure.js'
import { isTaskqError } from '../errors/taskq-error.js'
import type { JobState } from '../task/job-state.js'
import { partOf } from '../task/names.js'
import { isReported } from './jobs-preview.js'

/** All that is known of one job. Times are ISO 8601; JSON only. */
export interface JobReport {
  readonly id: string
  readonly task: string
  readonly queue: string
  readonly state: JobState
  /** The workflow that it is a part of. */
  readonly workflow?: string
  /** Present when the job succeeded and its result is kept. */
  readonly result?: unknown
  /** Why the last run failed, where one did. */
  readonly error?: JobFailure
  readonly progress?: unknown
  /** Why it waits, where a worker could not run it, or its task wanted it later. */
  readonly putAside?: string
  /** The workflow that it ends like, and waits for. */
  readonly waitsFor?: string
  /** What makes other calls the same as its own: its task and their key. */
  readonly sameAs?: string
  /** Runs that ended. */
  readonly attempts: number
  readonly enqueuedAt: string
  readonly startedAt?: string
  readonly finishedAt?: string
}

/** Reads a job with its result; undefined when there is none of this id. */
export async function readJob(engine: Engine, id: string, viewer: Viewer): Promise<JobReport | undefined> {
  const job = await engine.jobs.find(id)
  if (job === undefined) return undefined
  return { ...describeJob(job, viewer), ...(job.standing.succeeded && (await readResult(engine, job, viewer))) }
}

/** All but the result, which may have to be read apart. */
export function describeJob(job: JobRecord, viewer: Viewer): Omit<JobReport, 'result'> {
  const { id, task, progress, attemptsMade, enqueuedAt, startedAt, finishedAt, standing, failure } = job
  const { putAside, waitsFor } = job
  const { sameAs } = readStoredFields(job.data)
  const workflow = partOf(id)?.workflow
  return {
    id,
    task,
    queue: queueOf(job),
    state: jobStateOf(job),
    ...(workflow !== undefined && { workflow }),
    ...(sameAs !== undefined && { sameAs }),
    ...(putAside !== undefined && { putAside }),
    ...(waitsFor !== undefined && { waitsFor }),
    ...(failure !== undefined && !standing.succeeded && { error: failure }),
    ...(isReported(progress) && { progress: shownProgress(viewer, id, progress) }),
    attempts: attemptsMade,
    enqueuedAt: isoTime(enqueuedAt),
    ...(startedAt !== undefined && { startedAt: isoTime(startedAt) }),
    ...(finishedAt !== undefined && { finishedAt: isoTime(finishedAt) }),
  }
}

/** The last lines of a job's log as they are stored, oldest first. */
export async function readJobLog(engine: Engine, id: string, count: number): Promise<string[]> {
  const job = await engine.jobs.find(id)
  return job === undefined ? [] : engine.jobs.logs(job, count)
}

async function readResult(engine: Engine, job: JobRecord, viewer: Viewer): Promise<{ result?: unknown }> {
  const { id, result: stored } = job
  try {
    const decoded = viewer.codec.decodeResult(id, stored)
    if ('value' in decoded) return { result: shownBy(viewer, decoded.value) ?? null }
    const large = await engine.jobs.largeResult(id)
    return large === undefined ? {} : { result: shownBy(viewer, viewer.codec.decodeLarge(id, stored, large)) }
  } catch (error) {
    if (isTaskqError(error, 'TASKQ_BROKER_UNREACHABLE')) throw error
    return { result: unreadableText(error) }
  }
}

/** A stored time; one that is broken is shown as such. */
export const isoTime = (ms: number): string =>
  Number.isFinite(ms) && Math.abs(ms) < 8.64e15 ? new Date(ms).toISOString() : 'unknown'

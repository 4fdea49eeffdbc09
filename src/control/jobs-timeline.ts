import type { JobStory } from '../engine/job-reader.js'
import { jobStateOf } from '../engine/job-state.js'
import type { JobDetail } from './dashboard.js'

type Moment = JobDetail['timeline'][number]

/** What happened to a job when, and what is to come, oldest first. Told from what is stored with it. */
export function timelineOf(story: JobStory): Moment[] {
  const { job, tries, firstDelayMs, dueAt } = story
  const moments: Moment[] = [{ at: job.enqueuedAt, what: 'enqueued' }]
  if (firstDelayMs > 0) moments.push({ at: job.enqueuedAt + firstDelayMs, what: 'scheduled for' })
  for (const { attempt, startedAt, endedAt, error } of tries) {
    moments.push({ at: startedAt, what: `attempt ${attempt} started` })
    moments.push({ at: endedAt, what: `attempt ${attempt} failed: ${error}` })
  }
  return [...moments, ...lastRun(story), ...nextRun(dueAt, job.attemptsMade)]
    .filter(({ at }) => Number.isFinite(at))
    .sort((a, b) => a.at - b.at)
}

/** The run that no try tells of: it goes on, or it ended well, or it was revoked. */
function lastRun({ job, tries }: JobStory): Moment[] {
  const { startedAt, finishedAt, attemptsMade, standing } = job
  const state = jobStateOf(job)
  const moments: Moment[] = []
  const isTold = startedAt !== undefined && tries.some((one) => one.startedAt === startedAt)
  if (startedAt !== undefined && !isTold) {
    const attempt = standing.succeeded || standing.failed ? Math.max(1, attemptsMade) : attemptsMade + 1
    moments.push({ at: startedAt, what: `attempt ${attempt} started` })
  }
  if (finishedAt !== undefined && (standing.succeeded || standing.failed)) moments.push({ at: finishedAt, what: state })
  return moments
}

const nextRun = (dueAt: number | undefined, attemptsMade: number): Moment[] =>
  dueAt === undefined || attemptsMade === 0 ? [] : [{ at: dueAt, what: `attempt ${attemptsMade + 1} is due` }]

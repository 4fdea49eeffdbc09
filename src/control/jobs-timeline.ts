import type { JobStory } from '../engine/job-reader.js'
import { jobStateOf } from '../engine/job-state.js'
import type { JobDetail } from './dashboard.js'

type Moment = JobDetail['timeline'][number]

/**
 * What happened to a job when, and what is to come, oldest first. Told from what is stored with it. Its runs stand in
 * the order in which they were, also where the clocks of two workers, or of a worker and its broker, tell another.
 */
export function timelineOf(story: JobStory): Moment[] {
  const { job, tries, firstDelayMs, dueAt } = story
  const runs = tries.flatMap(({ attempt, startedAt, endedAt, error }) => [
    { at: startedAt, what: `attempt ${attempt} started` },
    { at: endedAt, what: `attempt ${attempt} failed: ${error}` },
  ])
  const moments = [
    { at: job.enqueuedAt, what: 'enqueued' },
    ...runs,
    ...lastRun(story),
    ...nextRun(dueAt, job.attemptsMade),
  ].filter(({ at }) => Number.isFinite(at))
  return firstDelayMs > 0 ? withPlan(moments, job.enqueuedAt + firstDelayMs) : moments
}

/** The first run's time was set; one that was promoted began before it. */
function withPlan(moments: readonly Moment[], at: number): Moment[] {
  const later = moments.findIndex((moment) => moment.at > at)
  return moments.toSpliced(later < 0 ? moments.length : later, 0, { at, what: 'scheduled for' })
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

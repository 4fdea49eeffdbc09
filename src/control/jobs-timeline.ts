import type { JobStory } from '../engine/jobs/job-reader.js'
import { jobStateOf } from '../engine/jobs/job-state.js'
import type { JobDetail } from './dashboard.js'

type Moment = JobDetail['timeline'][number]

/**
 * What happened to a job when, and what is to come, oldest first. Told from what is stored with it. Its runs stand in
 * the order in which they were, also where the clocks of two workers, or of a worker and its broker, tell another.
 */
export function timelineOf(story: JobStory): Moment[] {
  const { job, tries, audit, firstDelayMs, dueAt } = story
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
  const told = audit.reduce(
    (all, { at, did, by }) => placed(all, { at, what: `${DID[did]}${by && ` by ${by}`}` }),
    moments,
  )
  return firstDelayMs > 0 ? withPlan(told, job.enqueuedAt + firstDelayMs) : told
}

const DID = { retry: 'made to run again', 'edit and retry': 'arguments changed, and made to run again' } as const

/** The first run's time was set; one that was promoted began before it. */
const withPlan = (moments: readonly Moment[], at: number): Moment[] => placed(moments, { at, what: 'scheduled for' })

/** Puts a moment before the first one that is later. */
function placed(moments: readonly Moment[], moment: Moment): Moment[] {
  const later = moments.findIndex(({ at }) => at > moment.at)
  return moments.toSpliced(later < 0 ? moments.length : later, 0, moment)
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

import { taskGlob } from '../task/task-glob.js'
import type { JobFilter, JobSummary } from './job-summary.js'
import { parseLane } from './lane.js'

/** What of a job's arguments may be searched: what is shown of them, so that no search finds out a masked value. */
export type ArgsText = (job: JobSummary) => string

/** Makes the test that a job must pass, but for its place and the time. */
export function jobMatcher({ task, text }: JobFilter, argsText: ArgsText): (job: JobSummary) => boolean {
  const glob = task === undefined ? undefined : taskGlob(task)
  const wanted = text?.toLowerCase()
  return (job) => {
    if (glob !== undefined && !glob.test(job.task)) return false
    return wanted === undefined || wanted === '' || searchable(job, argsText).includes(wanted)
  }
}

/** Parts of a job, apart: what is searched for is in one of them. */
function searchable(job: JobSummary, argsText: ArgsText): string {
  const error = job.failure === undefined ? '' : `${job.failure.name}: ${job.failure.message}`
  return [job.id, job.task, argsText(job), error].join('\n').toLowerCase()
}

/** The lanes in which a job that matches may be. */
export function lanesFor({ queue, task }: Pick<JobFilter, 'queue' | 'task'>, lanes: readonly string[]): string[] {
  const glob = task === undefined ? undefined : taskGlob(task)
  return lanes.filter((lane) => {
    const name = parseLane(lane)
    if (queue !== undefined && name.queue !== queue) return false
    return glob === undefined || name.task === undefined || glob.test(name.task)
  })
}

import { taskGlob } from '../../task/task-glob.js'
import { parseLane } from '../lanes/lane.js'
import { jobStateOf } from './job-state.js'
import type { JobFilter, JobSummary } from './job-summary.js'

/** What of a job's arguments may be searched: what is shown of them, so that no search finds out a masked value. */
export type ArgsText = (job: JobSummary) => string

/** Makes the test that a job must pass, but for its place and the time. */
export function jobMatcher(filter: JobFilter, argsText: ArgsText): (job: JobSummary) => boolean {
  const glob = filter.task === undefined ? undefined : taskGlob(filter.task)
  const wanted = filter.text?.toLowerCase()
  const failsAs = endMatcher(filter)
  return (job) => {
    if (glob !== undefined && !glob.test(job.task)) return false
    if (!failsAs(job)) return false
    return wanted === undefined || wanted === '' || searchable(job, argsText).includes(wanted)
  }
}

/** Whether a filter asks for what must be read of each job. */
export const looksInside = ({ task, text, error, states }: JobFilter): boolean =>
  task !== undefined || text !== undefined || error !== undefined || states !== undefined

/** Makes the part of the test that is about how a job ended. */
function endMatcher({ error, states }: JobFilter): (job: JobSummary) => boolean {
  const wanted = error?.toLowerCase()
  return (job) => {
    if (states !== undefined && !(states as readonly string[]).includes(jobStateOf(job))) return false
    return wanted === undefined || errorText(job).toLowerCase().includes(wanted)
  }
}

const errorText = ({ failure }: JobSummary): string =>
  failure === undefined ? '' : `${failure.code ?? ''}\n${failure.name}: ${failure.message}`

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

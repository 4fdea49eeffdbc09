import type { JobFilter } from '../engine/jobs/job-summary.js'
import { type Effect, type Step, step } from './dashboard-event.js'
import { restart } from './list.js'
import { shownPage } from './rows.js'
import type { DashboardState, JobsState } from './state.js'

/** How long typing must rest before jobs are sought. */
const TYPING_MS = 150

/** The jobs that are asked for. */
export function jobFilterOf({ jobs, lists }: DashboardState): JobFilter {
  const text = lists.jobs.filter.trim()
  return {
    place: jobs.place,
    ...(jobs.queue !== undefined && { queue: jobs.queue }),
    ...(jobs.task !== undefined && { task: jobs.task }),
    ...(text !== '' && { text }),
  }
}

/** What must be read for what is on the screen. */
export function loadsFor(state: DashboardState): readonly Effect[] {
  return [{ kind: 'load-overview' }, ...loadsForView(state)]
}

/** The same without the overview, which every view has. */
export function loadsForView(state: DashboardState): readonly Effect[] {
  const page = shownPage(state)
  if (page?.kind === 'job') return [{ kind: 'load-job', id: page.id }]
  if (page?.kind === 'schedule' || state.view === 'schedules') return [{ kind: 'load-schedules' }]
  if (page?.kind === 'workflow') return [{ kind: 'load-workflow', id: page.id }]
  if (state.view === 'workflows') return [{ kind: 'load-workflows' }]
  return state.view === 'jobs' ? [loadJobs(state)] : []
}

function loadJobs(state: DashboardState, delayMs = 0): Effect {
  return { kind: 'load-jobs', filter: jobFilterOf(state), asked: state.jobs.asked, delayMs }
}

/** Shows other jobs, from the top. */
export function showJobs(state: DashboardState, change: Partial<JobsState>, filter = ''): Step {
  const jobs = { ...state.jobs, ...change, page: undefined, asked: state.jobs.asked + 1, loading: true }
  const next = restart({ ...state, view: 'jobs', pages: [], jobs }, 'jobs', { filter })
  return step(next, loadJobs(next))
}

/** Seeks jobs with another text; what was found before stays until the answer comes. */
export function seekJobs(state: DashboardState, filter: string): Step {
  const jobs = { ...state.jobs, asked: state.jobs.asked + 1, loading: true }
  const next = restart({ ...state, jobs }, 'jobs', { filter })
  return step(next, loadJobs(next, TYPING_MS))
}

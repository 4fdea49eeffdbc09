import type { QueueRow, TaskRow } from '../control/dashboard.js'
import type { JobPlaceName } from '../engine/jobs/job-summary.js'
import { partOf } from '../task/names.js'
import { type Step, step } from './dashboard-event.js'
import { isRead } from './empty-text.js'
import { moveTo, restart, withList } from './list.js'
import { loadsFor, loadsForView, seekJobs, showJobs } from './loads.js'
import { say } from './notices.js'
import type { Page } from './page.js'
import { rowAtCursor, shownList, shownText } from './rows.js'
import type { DashboardState, JobsState, ListName, ViewName } from './state.js'

/** Shows a view's list. */
export function goView(state: DashboardState, view: ViewName): Step {
  const next = { ...state, view, pages: [], jobs: { ...state.jobs, cameFrom: undefined } }
  // A frozen screen shows what was read before; what never was is read once.
  return step(next, ...(state.frozen && isRead(view, next) ? [] : loadsForView(next)))
}

/** Shows something entered, above what is shown. */
function openPage(state: DashboardState, page: Page): Step {
  const next = { ...state, pages: [...state.pages, page] }
  return step(next, ...loadsForView(next))
}

/** Shows all of a job. */
export function openJob(state: DashboardState, id: string, seeks?: 'traceback'): Step {
  return openPage(state, { kind: 'job', id, detail: undefined, top: 0, seeks })
}

/** Shows all of a workflow. */
export function openWorkflow(state: DashboardState, id: string): Step {
  return openPage(restart(state, 'parts', { filter: '' }), { kind: 'workflow', id, detail: undefined })
}

/** Says that what the cursor was on has gone. */
export function sayGone(state: DashboardState): Step {
  return step(say(state, 'what the cursor was on has left the list: choose again'))
}

const ENTER: { readonly [Name in ListName]: (state: DashboardState) => Step | undefined } = {
  queues: (state) => {
    const row = rowAtCursor(state, 'queues')
    if (row === undefined) return undefined
    return showJobs(state, { place: busyPlace(row), queue: row.queue, task: undefined, cameFrom: 'queues' })
  },
  tasks: (state) => {
    const row = rowAtCursor(state, 'tasks')
    return row && showJobs(state, { ...jobsOfTask(state, row), cameFrom: 'tasks' })
  },
  // A job that has left the list is still the one that was marked.
  jobs: (state) => openAt(state, 'jobs'),
  slots: (state) => openAt(state, 'slots'),
  workers: (state) => {
    const row = rowAtCursor(state, 'workers')
    return row && openPage(restart(state, 'slots', { filter: '' }), { kind: 'worker', id: row.id })
  },
  schedules: (state) => {
    const row = rowAtCursor(state, 'schedules')
    return row && openPage(state, { kind: 'schedule', name: row.name, top: 0 })
  },
  workflows: (state) => {
    const { cursor } = state.lists.workflows
    return cursor === undefined ? undefined : openWorkflow(state, cursor)
  },
  parts: (state) => {
    const row = rowAtCursor(state, 'parts')
    if (row === undefined) return undefined
    return row.id === undefined ? step(say(state, 'this is no job: go in where one is named')) : openJob(state, row.id)
  },
  events: (state) => {
    const row = rowAtCursor(state, 'events')
    if (row === undefined) return undefined
    return row.id === undefined ? step(say(state, 'this event is of no job')) : openJob(state, row.id)
  },
}

/** Goes into what the cursor is on. */
export function enter(state: DashboardState): Step {
  const name = shownList(state)
  if (name === undefined) return enterPage(state)
  if (state.lists[name].cursor === undefined) return step(state)
  return ENTER[name](state) ?? sayGone(state)
}

function openAt(state: DashboardState, name: ListName): Step | undefined {
  const { cursor } = state.lists[name]
  return cursor === undefined ? undefined : openJob(state, cursor)
}

/** From a schedule's page to the last job of it, from a job's to the workflow that it is a part of. */
function enterPage(state: DashboardState): Step {
  const page = shownText(state)
  if (page === undefined) return step(state)
  if (page.kind === 'job') {
    const part = partOf(page.id)
    return part === undefined
      ? step(say(state, 'this job is no part of a workflow'))
      : openWorkflow(state, part.workflow)
  }
  const last = state.schedules?.find(({ name }) => name === page.name)?.last
  return last === undefined ? step(say(state, `${page.name} has not run yet`)) : openJob(state, last.jobId)
}

/** Where a queue's jobs are most likely of interest. */
export function busyPlace(row: QueueRow): JobPlaceName {
  const places = ['active', 'queued', 'retrying', 'scheduled', 'blocked', 'dead', 'succeeded'] as const
  return places.find((place) => row[place] > 0) ?? 'active'
}

/** Shows a task's jobs where there are most likely some. How many of its jobs are where, nobody counts. */
export function jobsOfTask(
  { overview }: DashboardState,
  { task, queue, failed, succeeded }: TaskRow,
): Pick<JobsState, 'place' | 'queue' | 'task'> {
  const all = { queue: undefined, task }
  const runs = overview?.workers.some(({ slots }) => slots?.some((slot) => slot.task === task))
  if (runs) return { ...all, place: 'active' }
  const row = overview?.queues.find((each) => each.queue === queue)
  const limit = row?.limits.find((each) => each.task === task)
  if (limit !== undefined && limit.queued > 0) return { ...all, place: 'queued' }
  if (failed > 0) return { ...all, place: 'dead' }
  if (succeeded > 0) return { ...all, place: 'succeeded' }
  return { ...all, place: row === undefined ? 'active' : busyPlace(row) }
}

/** One step back: out of a page, out of a selection, a filter, a queue's jobs. Undefined where there is none. */
export function back(state: DashboardState): Step | undefined {
  if (state.pages.length > 0) return leavePage(state)
  const { filter, selected } = state.lists[state.view]
  if (selected.size > 0) return step(withList(state, state.view, { selected: new Set() }))
  if (filter !== '') return clearFilter(state)
  return state.view === 'jobs' ? leaveJobs(state) : undefined
}

/** Out of a page, or back to the view that led here. */
export function leave(state: DashboardState): Step | undefined {
  if (state.pages.length > 0) return leavePage(state)
  return state.view === 'jobs' && state.jobs.cameFrom !== undefined ? leaveJobs(state) : undefined
}

function leavePage(state: DashboardState): Step {
  const next = { ...state, pages: state.pages.slice(0, -1) }
  return step(next, ...(state.frozen ? [] : loadsFor(next)))
}

function leaveJobs(state: DashboardState): Step | undefined {
  const { cameFrom, queue, task } = state.jobs
  if (cameFrom === undefined && queue === undefined && task === undefined) return undefined
  const all = showJobs(state, { queue: undefined, task: undefined, cameFrom: undefined })
  return cameFrom === undefined ? all : goView(all.state, cameFrom)
}

function clearFilter(state: DashboardState): Step {
  return applyFilter(state, state.view, '')
}

/** Shows only what holds a text. */
export function applyFilter(state: DashboardState, name: ListName, filter: string): Step {
  if (state.lists[name].filter === filter) return step(state)
  if (name === 'jobs') return seekJobs(state, filter)
  return step(moveTo(withList(state, name, { filter, selected: new Set() }), name, 0))
}

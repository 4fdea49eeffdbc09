import { NONE_LIVES } from '../control/choose-workers.js'
import { formatWhole } from './amounts.js'
import { shownPage, shownWorker } from './rows.js'
import type { DashboardState, ListName } from './state.js'

/** Why a list has no rows. Nothing is said to be empty, or not to be found, that has not been read. */
export function emptyText(name: ListName, state: DashboardState): string {
  if (!isRead(name, state)) return unreadText(state)
  if (name === 'jobs') return noJobsText(state)
  return state.lists[name].filter === '' ? NOTHING[name](state) : 'Nothing holds the text of the filter.'
}

/** Whether what the list shows has ever been read. */
export function isRead(name: ListName, state: DashboardState): boolean {
  const { overview, jobs, schedules, workflows, events } = state
  if (name === 'jobs') return jobs.page !== undefined && !jobs.loading
  if (name === 'schedules') return schedules !== undefined
  if (name === 'workflows') return workflows !== undefined
  if (name === 'parts') return isPageRead(state)
  return name === 'events' ? events.isHeard : overview !== undefined
}

function isPageRead(state: DashboardState): boolean {
  const page = shownPage(state)
  return page?.kind === 'workflow' && page.detail !== undefined
}

function unreadText({ link, overview, frozen, view }: DashboardState): string {
  if (link.kind === 'lost' && overview === undefined) return link.problem
  if (view === 'events') return 'Events are not heard yet: nothing can be told of what happens.'
  if (frozen) return 'This was not read before the screen was frozen: Space reads it.'
  return view === 'jobs' ? 'Searching…' : 'Reading…'
}

const NOTHING: Readonly<Record<Exclude<ListName, 'jobs'>, (state: DashboardState) => string>> = {
  queues: () => 'No queue has had a job yet.',
  tasks: () => 'No worker has told of a task yet.',
  workers: () => NONE_LIVES,
  slots: (state) => (shownWorker(state) === undefined ? WORKER_GONE : 'It runs nothing now.'),
  schedules: () => 'There are no schedule entries.',
  workflows: () => 'There are no workflows: chain, group and chord make them.',
  parts: () => 'There is no such workflow any more: its time is over.',
  events: ({ events }) =>
    events.held.length > 0 ? 'What has happened waits: Space shows it.' : 'Nothing has happened since this was opened.',
}

/** Which of the two it is, nobody can know. */
const WORKER_GONE = 'This worker has ended, or nothing was heard of it for minutes.'

/** Of which queue or task there are none; and where not all were looked at, that there may be some. */
function noJobsText({ jobs, lists }: DashboardState): string {
  const { place, queue, task, page } = jobs
  const of = `${queue === undefined ? '' : ` of queue ${queue}`}${task === undefined ? '' : ` of task ${task}`}`
  const holds = lists.jobs.filter.trim() === '' ? '' : ' holds the text of the filter'
  if (page !== undefined && page.searched < page.total) {
    const among = `among the first ${formatWhole(page.searched)} of ${formatWhole(page.total)}`
    return `Nothing${of} ${among} ${place} jobs${holds === '' ? '.' : `${holds}.`}`
  }
  return holds === '' ? `No job${of} is ${place}.` : `No ${place} job${of}${holds}.`
}

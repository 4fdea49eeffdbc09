import type { ActionReport } from '../control/dashboard.js'
import { bounded } from './bounded.js'
import { type DashboardEvent, type Step, step } from './dashboard-event.js'
import { addEvents } from './events-tail.js'
import { withList } from './list.js'
import { loadsFor, loadsForView } from './loads.js'
import { say } from './notices.js'
import type { Page } from './page.js'
import { keysOf } from './rows.js'
import { moveToTraceback } from './scroll.js'
import type { DashboardState } from './state.js'

type EventOf<Kind extends DashboardEvent['kind']> = Extract<DashboardEvent, { kind: Kind }>

type ArrivalKind =
  | 'overview'
  | 'jobs'
  | 'job'
  | 'schedules'
  | 'workflows'
  | 'workflow'
  | 'watching'
  | 'live'
  | 'acted'
  | 'act-failed'
  | 'lost'
  | 'trouble'
  | 'told'

/** What comes from outside: answers, events, outages. */
export type Arrival = EventOf<ArrivalKind>

/** Takes in what has come. */
export function addArrival(state: DashboardState, event: Arrival): Step {
  switch (event.kind) {
    case 'overview':
      return addOverview(state, event)
    case 'jobs':
      return step(addJobs(state, event))
    case 'job':
      return step(addJob(state, event))
    case 'schedules':
      return step({ ...state, schedules: bounded(event.schedules) })
    case 'workflows':
      return step({ ...state, workflows: bounded(event.page) })
    case 'workflow':
      return step(addWorkflow(state, event))
    case 'watching':
      return step({ ...state, events: { ...state.events, isHeard: true } })
    case 'live':
      return step({ ...state, events: addEvents(state.events, event.batch, state.frozen) })
    case 'acted':
      return addReport(endAction(state, event.label), bounded(event.report))
    case 'act-failed':
      return step(addFailure(endAction(state, event.label), event.label, bounded(event.problem)))
    case 'lost':
      return step(loseBroker(state, event))
    case 'trouble':
      return step(say(state, bounded(event.problem), 'error'))
    case 'told':
      return step(say(state, bounded(event.text), 'done'))
  }
}

function addOverview(state: DashboardState, { overview }: EventOf<'overview'>): Step {
  const next: DashboardState = { ...state, overview: bounded(overview), readAtMs: state.nowMs, link: { kind: 'live' } }
  if (state.link.kind !== 'lost') return step(next)
  const again = state.overview === undefined ? '' : ' again'
  return step(say(next, `the broker answers${again}`, 'done'), ...loadsForView(next))
}

/** An answer to a question that is no longer asked says nothing of what is shown now. */
function addJobs(state: DashboardState, { asked, page }: EventOf<'jobs'>): DashboardState {
  if (asked !== state.jobs.asked) return state
  const next = { ...state, jobs: { ...state.jobs, page: bounded(page), loading: false } }
  const { cursor } = next.lists.jobs
  const isStale = state.jobs.loading && cursor !== undefined && !keysOf(next, 'jobs').includes(cursor)
  return isStale ? withList(next, 'jobs', { cursor: undefined, index: 0, top: 0 }) : next
}

function addJob(state: DashboardState, { id, detail }: EventOf<'job'>): DashboardState {
  const isOpen = state.pages.some((page) => page.kind === 'job' && page.id === id)
  if (!isOpen) return state
  const known = detail === undefined ? 'missing' : bounded(detail)
  const pages = state.pages.map((page) => (page.kind === 'job' && page.id === id ? { ...page, detail: known } : page))
  return seekTraceback({ ...state, pages } as DashboardState)
}

function addWorkflow(state: DashboardState, { id, detail }: EventOf<'workflow'>): DashboardState {
  const known = detail === undefined ? 'missing' : bounded(detail)
  const pages = state.pages.map((page) =>
    page.kind === 'workflow' && page.id === id ? { ...page, detail: known } : page,
  )
  return { ...state, pages } as DashboardState
}

function seekTraceback(state: DashboardState): DashboardState {
  const page = state.pages.at(-1)
  if (page?.kind !== 'job' || page.seeks === undefined) return state
  const found: Page = { ...page, seeks: undefined }
  const next = { ...state, pages: [...state.pages.slice(0, -1), found] }
  return moveToTraceback(next) ?? next
}

function endAction(state: DashboardState, label: string): DashboardState {
  const index = state.running.indexOf(label)
  return index < 0 ? state : { ...state, running: state.running.toSpliced(index, 1) }
}

/** Says what was done; shows what was refused, unless somebody is typing. */
function addReport(state: DashboardState, report: ActionReport): Step {
  const isRefused = report.refused.length > 0
  const next = say(state, report.text, isRefused ? 'refused' : 'done')
  const dialog = isRefused ? (next.dialog ?? ({ kind: 'report', report, top: 0 } as const)) : next.dialog
  return step({ ...next, dialog }, ...(state.frozen ? [] : loadsFor(next)))
}

/** Says that it could not be done, and why: that may be longer than a line. */
function addFailure(state: DashboardState, label: string, problem: string): DashboardState {
  const text = `${label} failed`
  const report: ActionReport = { done: 0, refused: [{ what: label, why: problem }], text }
  const next = say(state, `${label}: ${problem}`, 'error')
  return { ...next, dialog: next.dialog ?? { kind: 'report', report, top: 0 } }
}

function loseBroker(state: DashboardState, { problem, nowMs, retryAtMs }: EventOf<'lost'>): DashboardState {
  const sinceMs = state.link.kind === 'lost' ? state.link.sinceMs : nowMs
  return { ...state, link: { kind: 'lost', sinceMs, retryAtMs, problem: bounded(problem) } }
}

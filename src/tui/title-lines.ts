import { TASK_WINDOW_MINUTES } from '../control/dashboard.js'
import { labelWorkers } from '../control/worker-labels.js'
import type { WorkflowPage } from '../control/workflows/workflow-view.js'
import { partOf } from '../task/names.js'
import { formatCount, formatWhole } from './amounts.js'
import { gap, type Line, lineOf, type Span, span } from './line.js'
import type { Page } from './page.js'
import { placeTabs } from './place-tabs.js'
import { shownPage } from './rows.js'
import { type DashboardState, VIEWS, type ViewName } from './state.js'
import type { Theme } from './theme.js'
import { signedState, toneOfState } from './views/draw-context.js'
import { standingOf } from './views/workflows.js'

/** What the views are called on the screen. */
const TITLES: Readonly<Record<ViewName, string>> = {
  queues: 'Queues',
  tasks: 'Tasks',
  jobs: 'Jobs',
  workers: 'Workers',
  schedules: 'Schedules',
  workflows: 'Workflows',
  events: 'Events',
}

/** Below it there is no room for the names of all views. */
const ROOM_FOR_NAMES = 74

/** The second line: the views with their digits. Brackets mark the one that is shown, for screens without colour. */
export function tabsLine({ view }: Pick<DashboardState, 'view'>, columns: number): Line {
  return lineOf(
    VIEWS.map((name, index) => {
      const label = name === view || columns >= ROOM_FOR_NAMES ? `${index + 1} ${TITLES[name]}` : String(index + 1)
      return name === view ? span(`[${label}]`, 'tab') : span(` ${label} `)
    }),
  )
}

/** The third line: what is shown of the view, or what was entered. */
export function titleLine(state: DashboardState, columns: number, theme: Theme): Line {
  const page = shownPage(state)
  if (page !== undefined) return lineOf(pageTitle(state, page, theme))
  return lineOf(state.view === 'jobs' ? placeTabs(state, columns) : [span(summaryOf(state), 'dim')])
}

function pageTitle(state: DashboardState, page: Page, theme: Theme): readonly Span[] {
  if (page.kind === 'schedule') return [span('Schedule ', 'dim'), span(page.name, 'strong', 120)]
  if (page.kind === 'worker') {
    const label = labelWorkers(state.overview?.workers ?? []).get(page.id)
    return [span('Worker ', 'dim'), span(label ?? `${page.id.slice(0, 200)} is heard of no more`, 'strong', 120)]
  }
  if (page.kind === 'workflow') return workflowTitle(page, theme)
  const { detail } = page
  const head = [span('Job ', 'dim'), span(page.id, 'strong', 40), gap(2)]
  if (detail === undefined) return [...head, span('reading…', 'dim')]
  if (detail === 'missing')
    return [
      ...head,
      span(partOf(page.id) === undefined ? 'there is no such job any more' : 'there is no job of it', 'warn'),
    ]
  const { task, state: stands } = detail
  return [...head, span(task, 'plain', 60), gap(2), span(signedState(stands, theme), toneOfState(stands))]
}

function workflowTitle({ id, detail }: Extract<Page, { kind: 'workflow' }>, theme: Theme): readonly Span[] {
  const head = [span('Workflow ', 'dim'), span(id, 'strong', 40), gap(2)]
  if (detail === undefined) return [...head, span('reading…', 'dim')]
  if (detail === 'missing') return [...head, span('there is no such workflow any more', 'warn')]
  const [text, tone] = standingOf(detail, theme)
  return [...head, span(text, tone), gap(2), span(detail.name, 'plain', 100)]
}

function summaryOf({ view, overview, schedules, workflows, events }: DashboardState): string {
  const summaries: Readonly<Record<Exclude<ViewName, 'jobs'>, string | undefined>> = {
    queues: overview && plural(overview.queues.length, 'queue'),
    tasks: overview && `${plural(overview.tasks.length, 'task')}, the last ${TASK_WINDOW_MINUTES} minutes`,
    workers: overview && plural(overview.workers.length, 'worker'),
    schedules: schedules && `${schedules.length} schedule ${schedules.length === 1 ? 'entry' : 'entries'}`,
    workflows: workflows && newestOf(workflows),
    events: eventSummary(events),
  }
  return view === 'jobs' ? '' : (summaries[view] ?? '')
}

/** The list ends somewhere. */
function newestOf({ rows, total }: WorkflowPage): string {
  const all = plural(total, 'workflow')
  return rows.length < total ? `${all}, the newest ${formatWhole(rows.length)}` : all
}

function eventSummary({ seen, held, dropped, follows }: DashboardState['events']): string {
  const waiting = held.length > 0 ? `, ${formatCount(held.length)} more wait` : ''
  const left = dropped > 0 ? `, ${formatCount(dropped)} left out` : ''
  return `${plural(seen, 'event')}${waiting}${left}${follows ? '' : ', not following: G goes to the newest'}`
}

const plural = (count: number, noun: string): string => `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`

import type { TreeLine } from '../canvas/draw-tree.js'
import type { JobRow, QueueRow, TaskRow } from '../control/dashboard.js'
import type { ScheduleReport } from '../control/schedules-list.js'
import type { WorkflowDetail, WorkflowRow } from '../control/workflows/workflow-view.js'
import type { RunningJob, WorkerFacts } from '../engine/workers/worker-facts.js'
import type { Page } from './page.js'
import { type RowOf, sortRows } from './sort.js'
import type { DashboardState, EventRow, ListName, ListState } from './state.js'

/** The queues on the screen: those that fit the filter, sorted. */
export const queueRows = (state: DashboardState): readonly QueueRow[] => rowsOf(state, 'queues')

/** The tasks on the screen. */
export const taskRows = (state: DashboardState): readonly TaskRow[] => rowsOf(state, 'tasks')

/** The jobs on the screen; the filter's text was sought by the broker. */
export const jobRows = (state: DashboardState): readonly JobRow[] => rowsOf(state, 'jobs')

/** The workers on the screen. */
export const workerRows = (state: DashboardState): readonly WorkerFacts[] => rowsOf(state, 'workers')

/** What the worker that was entered runs. */
export const slotRows = (state: DashboardState): readonly RunningJob[] => rowsOf(state, 'slots')

/** The schedule entries on the screen. */
export const scheduleRows = (state: DashboardState): readonly ScheduleReport[] => rowsOf(state, 'schedules')

/** The workflows on the screen. */
export const workflowRows = (state: DashboardState): readonly WorkflowRow[] => rowsOf(state, 'workflows')

/** What the workflow that was entered is made of, as it is drawn. */
export const partRows = (state: DashboardState): readonly TreeLine[] => rowsOf(state, 'parts')

/** The events on the screen, oldest first. */
export const eventRows = (state: DashboardState): readonly EventRow[] => rowsOf(state, 'events')

/** The page that was entered last. */
export const shownPage = (state: DashboardState): Page | undefined => state.pages.at(-1)

/** The page that was entered last, where it is text that scrolls. */
export function shownText(state: DashboardState): Extract<Page, { readonly top: number }> | undefined {
  const page = shownPage(state)
  return page !== undefined && 'top' in page ? page : undefined
}

/** The worker whose slots are shown; undefined once it is gone. */
export function shownWorker({ pages, overview }: DashboardState): WorkerFacts | undefined {
  const page = pages.findLast(({ kind }) => kind === 'worker')
  return page?.kind === 'worker' ? overview?.workers.find(({ id }) => id === page.id) : undefined
}

/** The workflow whose parts are shown; undefined until it was read, and once it is gone. */
export function shownWorkflow({ pages }: DashboardState): WorkflowDetail | undefined {
  const page = pages.findLast(({ kind }) => kind === 'workflow')
  return page?.kind === 'workflow' && typeof page.detail === 'object' ? page.detail : undefined
}

/** The list that keys move in; undefined where text is shown. */
export function shownList(state: DashboardState): ListName | undefined {
  const page = shownPage(state)
  if (page === undefined) return state.view
  if (page.kind === 'workflow') return 'parts'
  return page.kind === 'worker' ? 'slots' : undefined
}

/** What the rows of a list are known by, from the first to the last. */
export function keysOf(state: DashboardState, name: ListName): readonly string[] {
  return rowsOf(state, name).map((row) => keyOf(name, row))
}

/** The row that the cursor of the shown list is on; undefined where it has left the list. */
export function rowAtCursor<Name extends ListName>(state: DashboardState, name: Name): RowOf[Name] | undefined {
  const { cursor } = state.lists[name]
  return rowsOf(state, name).find((row) => keyOf(name, row) === cursor)
}

const KEY_OF: { readonly [Name in ListName]: (row: RowOf[Name]) => string } = {
  queues: ({ queue }) => queue,
  tasks: ({ task }) => task,
  jobs: ({ id }) => id,
  workers: ({ id }) => id,
  slots: ({ id }) => id,
  schedules: ({ name }) => name,
  workflows: ({ id }) => id,
  parts: ({ key }) => key,
  events: ({ key }) => key,
}

/** What a row is known by. */
export function keyOf<Name extends ListName>(name: Name, row: RowOf[Name]): string {
  return KEY_OF[name](row)
}

const ALL_OF: { readonly [Name in ListName]: (state: DashboardState) => readonly RowOf[Name][] | undefined } = {
  queues: ({ overview }) => overview?.queues,
  tasks: ({ overview }) => overview?.tasks,
  jobs: ({ jobs }) => jobs.page?.rows,
  workers: ({ overview }) => overview?.workers,
  slots: (state) => slotsOf(shownWorker(state)),
  schedules: ({ schedules }) => schedules,
  workflows: ({ workflows }) => workflows?.rows,
  parts: (state) => shownWorkflow(state)?.lines,
  events: ({ events }) => events.rows,
}

/** The words that a filter looks through. Jobs were sought by the broker. */
const WORDS_OF: { readonly [Name in ListName]: ((row: RowOf[Name]) => readonly (string | undefined)[]) | undefined } = {
  queues: ({ queue, limits }) => [queue, ...limits.map(({ task }) => task)],
  tasks: ({ task, queue }) => [task, queue],
  jobs: undefined,
  workers: ({ name, version, queues }) => [name, version, ...queues],
  slots: ({ id, task, queue }) => [id, task, queue],
  schedules: ({ name, task, when }) => [name, task, when],
  workflows: ({ id, name, state, cause, reason }) => [id, name, state, cause?.task, cause?.error, reason],
  parts: ({ label, id, state, error }) => [label, id, state, error],
  events: ({ name, id, task, queue, worker, failure, reason }) => [
    ...[name, id, task, queue, worker, reason],
    failure?.message,
  ],
}

/** What was picked last, by list: a key and the frame after it ask for the same rows. */
const lastPicks = new Map<ListName, LastPick>()

interface LastPick {
  readonly all: readonly unknown[]
  readonly filter: string
  readonly sort: ListState['sort']
  readonly rows: readonly unknown[]
}

const NOTHING: readonly never[] = Object.freeze([])

/** The rows of a list: those that fit its filter, sorted. */
export function rowsOf<Name extends ListName>(state: DashboardState, name: Name): readonly RowOf[Name][] {
  const all = ALL_OF[name](state) ?? NOTHING
  const { filter, sort } = state.lists[name]
  const last = lastPicks.get(name)
  if (last !== undefined && last.all === all && last.filter === filter && last.sort === sort)
    return last.rows as readonly RowOf[Name][]
  const rows = sortRows(name, filterRows(name, all, filter), sort)
  lastPicks.set(name, { all, filter, sort, rows })
  return rows
}

function filterRows<Name extends ListName>(
  name: Name,
  rows: readonly RowOf[Name][],
  filter: string,
): readonly RowOf[Name][] {
  const wordsOf = WORDS_OF[name]
  const wanted = filter.trim().toLowerCase()
  if (wordsOf === undefined || wanted === '') return rows
  return rows.filter((row) => wordsOf(row).some((word) => word?.toLowerCase().includes(wanted)))
}

/** Clocks that differ by less show the same ages. */
const SAME_CLOCK_MS = 1000

/** What a worker runs, the times by the broker's clock, as all that is shown. */
function slotsOf({ slots, beatAt, heardAt }: Pick<WorkerFacts, 'slots' | 'beatAt' | 'heardAt'> = {}) {
  if (slots === undefined || beatAt === undefined || heardAt === undefined) return slots
  const aheadMs = heardAt - beatAt
  if (Math.abs(aheadMs) < SAME_CLOCK_MS) return slots
  return slots.map((slot) => ({ ...slot, startedAt: slot.startedAt + aheadMs }))
}

import type { TreeLine } from '../canvas/draw-tree.js'
import type { JobRow, QueueRow, TaskRow } from '../control/dashboard.js'
import type { ScheduleReport } from '../control/schedules-list.js'
import type { WorkflowRow } from '../control/workflows/workflow-view.js'
import type { RunningJob, WorkerFacts } from '../engine/workers/worker-facts.js'
import type { EventRow, ListName, ListState } from './state.js'

/** What rows can be sorted by. */
export interface SortColumn<Row> {
  readonly id: string
  readonly title: string
  /** Rows without one come last, whichever way they are sorted. */
  readonly of: (row: Row) => number | string | undefined
  /** What is shown rises from row to row (A to Z, the soonest first), unless the order is turned around. */
  readonly rises?: true
}

/** The rows of each list. */
export interface RowOf {
  readonly queues: QueueRow
  readonly tasks: TaskRow
  readonly jobs: JobRow
  readonly workers: WorkerFacts
  readonly slots: RunningJob
  readonly schedules: ScheduleReport
  readonly workflows: WorkflowRow
  readonly parts: TreeLine
  readonly events: EventRow
}

/** By what each list can be sorted, in the order that `s` goes through. */
export const SORT_COLUMNS: { readonly [Name in ListName]: readonly SortColumn<RowOf[Name]>[] } = {
  queues: [
    { id: 'name', title: 'name', of: (row) => row.queue, rises: true },
    { id: 'queued', title: 'queued', of: (row) => -row.queued },
    { id: 'scheduled', title: 'scheduled', of: (row) => -row.scheduled },
    { id: 'active', title: 'active', of: (row) => -row.active },
    { id: 'retrying', title: 'retrying', of: (row) => -row.retrying },
    { id: 'dead', title: 'dead', of: (row) => -row.dead },
    { id: 'oldest', title: 'oldest', of: (row) => row.oldestQueuedAt },
    { id: 'rate', title: 'jobs per second', of: (row) => -row.outPerSecond },
  ],
  tasks: [
    { id: 'task', title: 'name', of: (row) => row.task, rises: true },
    { id: 'rate', title: 'jobs per minute', of: (row) => -row.perMinute },
    {
      id: 'failed',
      title: 'failed',
      of: (row) => (row.failurePercent === undefined ? undefined : -row.failurePercent),
    },
    { id: 'retried', title: 'retried', of: (row) => -row.retried },
    { id: 'p50', title: 'p50', of: (row) => (row.runMs === undefined ? undefined : -row.runMs.p50) },
    { id: 'p95', title: 'p95', of: (row) => (row.runMs === undefined ? undefined : -row.runMs.p95) },
    { id: 'p99', title: 'p99', of: (row) => (row.runMs === undefined ? undefined : -row.runMs.p99) },
    { id: 'wait', title: 'wait', of: (row) => (row.waitMs === undefined ? undefined : -row.waitMs.p95) },
  ],
  jobs: [
    { id: 'task', title: 'task', of: (row) => row.task, rises: true },
    { id: 'queue', title: 'queue', of: (row) => row.queue, rises: true },
    { id: 'state', title: 'state', of: (row) => row.state, rises: true },
    { id: 'attempts', title: 'attempts', of: (row) => -row.attempts },
    { id: 'age', title: 'age', of: (row) => row.enqueuedAt },
    { id: 'error', title: 'error', of: (row) => row.error, rises: true },
  ],
  workers: [
    { id: 'name', title: 'name', of: (row) => row.name, rises: true },
    { id: 'active', title: 'active', of: (row) => -row.active },
    { id: 'done', title: 'succeeded', of: (row) => -row.succeeded },
    { id: 'failed', title: 'errors', of: (row) => -row.failed },
    { id: 'rss', title: 'memory', of: (row) => (row.process === undefined ? undefined : -row.process.rssBytes) },
    { id: 'cpu', title: 'CPU', of: (row) => (row.process === undefined ? undefined : -row.process.cpu) },
    { id: 'lag', title: 'loop lag', of: (row) => (row.process === undefined ? undefined : -row.process.loopLagMs) },
  ],
  slots: [
    { id: 'task', title: 'task', of: (row) => row.task, rises: true },
    { id: 'queue', title: 'queue', of: (row) => row.queue, rises: true },
    { id: 'age', title: 'age', of: (row) => row.startedAt },
  ],
  schedules: [
    { id: 'name', title: 'name', of: (row) => row.name, rises: true },
    { id: 'next', title: 'next run', of: (row) => row.next?.getTime(), rises: true },
    {
      id: 'last',
      title: 'last run',
      of: (row) => (row.last === undefined ? undefined : -row.last.slot.getTime()),
      rises: true,
    },
    { id: 'runs', title: 'runs', of: (row) => -row.runs },
  ],
  workflows: [
    { id: 'name', title: 'name', of: (row) => row.name, rises: true },
    { id: 'state', title: 'state', of: (row) => row.state, rises: true },
    { id: 'progress', title: 'progress', of: (row) => -row.done / Math.max(1, row.total) },
    { id: 'jobs', title: 'jobs', of: (row) => -row.total },
    { id: 'failed', title: 'failed', of: (row) => -row.failed },
    { id: 'age', title: 'age', of: (row) => row.createdAt },
  ],
  // A tree has one order.
  parts: [],
  events: [],
}

/** The column that a list is sorted by, and whether what it shows rises. */
export function sortedColumn(
  name: ListName,
  sort: ListState['sort'],
): { readonly column: string; readonly rises: boolean } | undefined {
  if (sort === undefined) return undefined
  const columns: readonly Pick<SortColumn<never>, 'id' | 'rises'>[] = SORT_COLUMNS[name]
  const rises = columns.find(({ id }) => id === sort.column)?.rises ?? false
  return { column: sort.column, rises: rises !== sort.reversed }
}

/** The rows in the order that the list is sorted by. */
export function sortRows<Name extends ListName>(
  name: Name,
  rows: readonly RowOf[Name][],
  sort: ListState['sort'],
): readonly RowOf[Name][] {
  const columns: readonly SortColumn<RowOf[Name]>[] = SORT_COLUMNS[name]
  const column = columns.find(({ id }) => id === sort?.column)
  if (column === undefined || sort === undefined) return rows
  const sign = sort.reversed ? -1 : 1
  return rows
    .map((row) => ({ row, value: column.of(row) }))
    .sort((one, other) => compare(one.value, other.value, sign))
    .map(({ row }) => row)
}

type Value = number | string | undefined

function compare(one: Value, other: Value, sign: number): number {
  if (one === other) return 0
  if (one === undefined) return 1
  if (other === undefined) return -1
  return one < other ? -sign : sign
}

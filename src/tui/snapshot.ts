import type { Overview } from '../control/dashboard.js'
import type { ScheduleReport } from '../control/schedules-list.js'
import type { WorkflowRow } from '../control/workflows/workflow-view.js'
import { snapshotHeader } from './header.js'
import { EMPTY_LINE, gap, type Line, lineOf, paintLine, span } from './line.js'
import { type Column, headLine, placeColumns, rowLine } from './table.js'
import type { Theme } from './theme.js'
import type { DrawContext } from './views/draw-context.js'
import { queueColumns } from './views/queues.js'
import { scheduleColumns } from './views/schedules.js'
import { taskColumns } from './views/tasks.js'
import { workerColumns } from './views/workers.js'
import { workflowColumns } from './views/workflows.js'

/** What a snapshot shows. */
export interface Snapshot {
  readonly overview: Overview
  /** Left out where they were not read. */
  readonly schedules?: readonly ScheduleReport[]
  /** The newest; left out where they were not read, or there are none. */
  readonly workflows?: readonly WorkflowRow[]
}

/** The tables of all views, one under the other: for `--snapshot`, and where the output is no terminal. */
export function renderSnapshot(
  { overview, schedules, workflows = [] }: Snapshot,
  columns: number,
  theme: Theme,
): readonly string[] {
  const context: DrawContext = { theme, atMs: overview.at }
  const lines = [
    snapshotHeader(overview, columns),
    ...table('Queues', overview.queues, queueColumns(context), columns, theme),
    ...table('Tasks', overview.tasks, taskColumns(), columns, theme),
    ...table('Workers', overview.workers, workerColumns(context, overview.workers), columns, theme),
    ...(schedules === undefined ? [] : table('Schedules', schedules, scheduleColumns(context), columns, theme)),
    ...(workflows.length === 0 ? [] : table('Workflows', workflows, workflowColumns(context), columns, theme)),
  ]
  return lines.map((line) => paintLine(line, columns, theme).trimEnd())
}

function table<Row>(
  title: string,
  rows: readonly Row[],
  all: readonly Column<Row>[],
  columns: number,
  theme: Theme,
): readonly Line[] {
  const heading = [EMPTY_LINE, lineOf([span(title, 'strong')])]
  if (rows.length === 0) return [...heading, lineOf([gap(3), span('none', 'dim')])]
  const placed = placeColumns(all, columns)
  const marks = { isCursor: false, isSelected: false }
  return [...heading, headLine(placed, undefined, theme), ...rows.map((row) => rowLine(placed, row, marks, theme))]
}

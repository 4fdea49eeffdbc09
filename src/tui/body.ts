import { wrapText } from './clean-text.js'
import { emptyText } from './empty-text.js'
import { EMPTY_LINE, gap, type Line, lineOf, span } from './line.js'
import type { PageLine } from './page-line.js'
import { pageLines } from './page-lines.js'
import * as rows from './rows.js'
import { type RowOf, sortedColumn } from './sort.js'
import type { DashboardState, ListName } from './state.js'
import { type Column, headLine, placeColumns, rowLine } from './table.js'
import type { Tone } from './theme-colors.js'
import type { DrawContext } from './views/draw-context.js'
import { eventColumns } from './views/events.js'
import { jobColumns } from './views/jobs.js'
import { partColumns, workflowFactLines } from './views/parts.js'
import { queueColumns } from './views/queues.js'
import { scheduleColumns } from './views/schedules.js'
import { slotColumns, workerFactLines } from './views/slots.js'
import { taskColumns } from './views/tasks.js'
import { workerColumns } from './views/workers.js'
import { workflowColumns } from './views/workflows.js'

/** The heads of columns, and the rows under them. */
export interface Body {
  readonly head: Line
  /** At most as many as there is room for. */
  readonly lines: readonly Line[]
}

/** What the view shows, or the page that was entered. */
export function bodyOf(state: DashboardState, columns: number, height: number, context: DrawContext): Body {
  const text = rows.shownText(state)
  if (text !== undefined) return textBody(pageLines(state), text.top, height)
  const name = rows.shownList(state) ?? state.view
  const list = LISTS[name](state, columns, height, context)
  const facts = factsUnder(name, state, context)
  return facts.length === 0 ? list : { ...list, lines: [...list.lines, EMPTY_LINE, ...facts].slice(0, height) }
}

/** What else is known of what was entered. */
function factsUnder(name: ListName, state: DashboardState, context: DrawContext): readonly Line[] {
  const worker = name === 'slots' ? rows.shownWorker(state) : undefined
  if (worker !== undefined) return workerFactLines(worker, context)
  const workflow = name === 'parts' ? rows.shownWorkflow(state) : undefined
  return workflow === undefined ? [] : workflowFactLines(workflow)
}

const PAGE_TONES: Readonly<Record<PageLine['tone'], Tone>> = {
  head: 'strong',
  text: 'plain',
  error: 'bad',
  faint: 'dim',
}

function textBody(lines: readonly PageLine[], top: number, height: number): Body {
  const shown = lines.slice(top, top + height)
  return { head: EMPTY_LINE, lines: shown.map(({ text, tone }) => lineOf([gap(1), span(text, PAGE_TONES[tone])])) }
}

type DrawList = (state: DashboardState, columns: number, height: number, context: DrawContext) => Body

const LISTS: Readonly<Record<ListName, DrawList>> = {
  queues: list('queues', queueColumns, rows.queueRows),
  tasks: list('tasks', taskColumns, rows.taskRows),
  jobs: list('jobs', jobColumns, rows.jobRows),
  workers: list('workers', workerColumns, rows.workerRows),
  slots: list('slots', slotColumns, rows.slotRows),
  schedules: list('schedules', scheduleColumns, rows.scheduleRows),
  events: list('events', eventColumns, rows.eventRows),
  workflows: list('workflows', workflowColumns, rows.workflowRows),
  parts: list('parts', partColumns, rows.partRows),
}

function list<Name extends ListName>(
  name: Name,
  columnsOf: (context: DrawContext, rows: readonly RowOf[Name][]) => readonly Column<RowOf[Name]>[],
  rowsOf: (state: DashboardState) => readonly RowOf[Name][],
): DrawList {
  return (state, columns, height, context) => {
    const all = rowsOf(state)
    const { top, cursor, selected, sort } = state.lists[name]
    if (all.length === 0) return sentence(emptyText(name, state), columns, height)
    const placed = placeColumns(columnsOf(context, all), columns)
    const lines = all.slice(top, top + height).map((row) => {
      const key = rows.keyOf(name, row)
      return rowLine(
        placed,
        row,
        { isCursor: key === cursor, isSelected: selected.size > 0 && selected.has(key) },
        context.theme,
      )
    })
    return { head: headLine(placed, sortedColumn(name, sort), context.theme), lines }
  }
}

const MARGIN = 3

function sentence(text: string, columns: number, height: number): Body {
  const lines = wrapText(text, columns - MARGIN, Math.min(6, height - 1))
  return { head: EMPTY_LINE, lines: [EMPTY_LINE, ...lines.map((line) => lineOf([gap(MARGIN), span(line, 'dim')]))] }
}

import type { ScheduleReport } from '../../control/schedules-list.js'
import { formatAge, formatCount, formatUntil, NONE } from '../amounts.js'
import type { Cell, Column } from '../table.js'
import type { Theme } from '../theme.js'
import { type DrawContext, glyphOfState, head, since, toneOfState, toneUnlessZero } from './draw-context.js'

/** The table of schedule entries. */
export function scheduleColumns(context: DrawContext): readonly Column<ScheduleReport>[] {
  const { theme } = context
  return [
    { id: 'name', title: 'entry', width: 14, grow: 2, max: 40, rank: 0, cell: ({ name }) => name },
    {
      id: 'when',
      title: 'when',
      width: 16,
      grow: 3,
      max: 60,
      rank: 2,
      cell: ({ when, problem }) => when ?? problem ?? NONE,
    },
    { id: 'task', title: 'task', width: 12, grow: 1, max: 40, rank: 6, cell: ({ task }) => [task ?? NONE, 'dim'] },
    { id: 'next', title: 'next', width: 7, align: 'right', rank: 1, cell: (row) => nextOf(row, context) },
    { id: 'last', title: 'last', width: 15, rank: 2, cell: (row) => lastOf(row, context) },
    { id: 'runs', title: 'runs', width: 5, align: 'right', rank: 4, cell: ({ runs }) => formatCount(runs) },
    {
      id: 'skipped',
      title: 'skip',
      width: 5,
      align: 'right',
      rank: 5,
      cell: ({ skipped }) => [formatCount(skipped), toneUnlessZero(skipped, 'warn')],
    },
    { id: 'note', title: 'state', width: 10, grow: 1, max: 24, rank: 3, cell: (row) => noteOf(row, theme) },
  ]
}

function nextOf({ next }: ScheduleReport, { atMs }: DrawContext): Cell {
  return next === undefined ? [NONE, 'dim'] : [formatUntil(next.getTime() - atMs), 'accent']
}

function lastOf({ last }: ScheduleReport, context: DrawContext): Cell {
  if (last === undefined) return [NONE, 'dim']
  const age = formatAge(since(last.slot.getTime(), context))
  if (last.state === 'unknown') return [`${NONE} ${age} not kept`, 'dim']
  return [`${glyphOfState(last.state, context.theme)} ${age} ${head(last.state)}`, toneOfState(last.state)]
}

function noteOf({ paused, problem, held, drift }: ScheduleReport, { glyphs }: Theme): Cell {
  if (problem !== undefined) return ['! broken', 'bad']
  if (paused) return [`${glyphs.paused} paused`, 'warn']
  if (drift !== undefined) return [`! ${head(drift)}`, 'warn']
  return held === undefined ? '' : ['held', 'warn']
}

import type { JobRow } from '../../control/dashboard.js'
import { formatAge, formatRun, formatUntil, NONE } from '../amounts.js'
import type { Cell, Column } from '../table.js'
import { type DrawContext, signedState, since, tailOf, toneOfState } from './draw-context.js'

/** The table of jobs. */
export function jobColumns(context: DrawContext): readonly Column<JobRow>[] {
  const { theme } = context
  return [
    {
      id: 'id',
      title: 'job',
      width: 9,
      grow: 3,
      max: 20,
      rank: 3,
      cell: ({ id }, width) => [tailOf(id, width), 'dim'],
    },
    { id: 'task', title: 'task', width: 15, grow: 3, max: 40, rank: 0, cell: ({ task }) => task },
    { id: 'queue', title: 'queue', width: 8, grow: 1, max: 20, rank: 4, cell: ({ queue }) => [queue, 'dim'] },
    {
      id: 'state',
      title: 'state',
      width: 11,
      rank: 1,
      cell: ({ state }) => [signedState(state, theme), toneOfState(state)],
    },
    { id: 'attempts', title: 'tries', width: 5, align: 'right', rank: 5, cell: ({ attempts }) => String(attempts) },
    { id: 'age', title: 'age', width: 6, align: 'right', rank: 1, cell: (row) => timeOf(row, context) },
    { id: 'run', title: 'run', width: 5, align: 'right', rank: 6, cell: runOf },
    { id: 'error', title: 'arguments or error', width: 12, grow: 4, rank: 2, cell: previewOf },
  ]
}

/** Until it may run; since it began to run, or ended; else since it was enqueued. */
function timeOf(row: JobRow, context: DrawContext): string {
  const { state, dueAt, startedAt, finishedAt, enqueuedAt } = row
  const waits = state === 'scheduled' || state === 'retrying'
  if (waits && dueAt !== undefined) return formatUntil(dueAt - context.atMs)
  const startsAt = state === 'active' ? startedAt : finishedAt
  return formatAge(since(startsAt ?? enqueuedAt, context))
}

/** How long its last run took. */
function runOf({ startedAt, finishedAt }: JobRow): Cell {
  const isKnown = startedAt !== undefined && finishedAt !== undefined
  return isKnown ? formatRun(finishedAt - startedAt) : [NONE, 'dim']
}

function previewOf({ error, args, progress }: JobRow, width: number): Cell {
  if (error !== undefined && error !== '') return [error, 'bad']
  const share = typeof progress === 'number' && progress >= 0 && progress <= 1 ? `${Math.round(progress * 100)}% ` : ''
  return [share + args.slice(0, width * 4), 'dim']
}

import type { TaskRow } from '../../control/dashboard.js'
import { formatCount, formatPercent, formatRun, formatSpeed, NONE } from '../amounts.js'
import type { Cell, Column } from '../table.js'
import { toneUnlessZero } from './draw-context.js'

/** The table of tasks. */
export function taskColumns(): readonly Column<TaskRow>[] {
  return [
    { id: 'task', title: 'task', width: 16, grow: 3, max: 50, rank: 0, cell: (row) => row.task },
    { id: 'queue', title: 'queue', width: 8, grow: 1, max: 24, rank: 5, cell: ({ queue }) => [queue ?? NONE, 'dim'] },
    number('rate', 'per min', 1, ({ perMinute }) => formatSpeed(perMinute)),
    number('failed', 'failed', 1, (row) => [formatPercent(row.failurePercent), failureTone(row)]),
    number('retried', 'retry', 4, ({ retried }) => [formatCount(retried), toneUnlessZero(retried, 'retrying')]),
    number('p50', 'p50', 3, ({ runMs }) => formatRun(runMs?.p50)),
    number('p95', 'p95', 2, ({ runMs }) => formatRun(runMs?.p95)),
    number('p99', 'p99', 3, ({ runMs }) => formatRun(runMs?.p99)),
    number('wait', 'wait95', 4, ({ waitMs }) => formatRun(waitMs?.p95)),
    number('succeeded', 'done', 7, ({ succeeded }) => [formatCount(succeeded), 'dim']),
    number('dead', 'failures', 8, ({ failed }) => [formatCount(failed), toneUnlessZero(failed, 'dead')]),
    number('workers', 'wrk', 4, ({ workers }) => [formatCount(workers), workers === 0 ? 'warn' : 'dim']),
  ]
}

function number(id: string, title: string, rank: number, cell: (row: TaskRow) => Cell): Column<TaskRow> {
  return { id, title, width: Math.max(5, title.length), align: 'right', rank, cell }
}

function failureTone({ failurePercent = 0 }: TaskRow): 'dim' | 'warn' | 'bad' {
  if (failurePercent >= 5) return 'bad'
  return failurePercent > 0 ? 'warn' : 'dim'
}

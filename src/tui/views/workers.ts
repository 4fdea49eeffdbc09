import { ageMs, heardMs, silentMs } from '../../control/heartbeat-age.js'
import type { WorkerFacts } from '../../engine/workers/worker-facts.js'
import { formatAge, formatBytes, formatCount, formatPercent, formatRun, NONE } from '../amounts.js'
import type { Cell, Column } from '../table.js'
import { type DrawContext, head, listNames, toneUnlessZero } from './draw-context.js'

/** A loop that is later than this keeps locks from being renewed before long. */
const LAG_WARNS_MS = 250

/** The table of workers. */
export function workerColumns(context: DrawContext, workers: readonly WorkerFacts[]): readonly Column<WorkerFacts>[] {
  const areAlike = new Set(workers.map(({ name }) => name)).size < workers.length
  return [
    { id: 'name', title: 'worker', width: 14, grow: 2, max: 40, rank: 0, cell: ({ name }) => name },
    // Where workers have the same name, this is what tells them apart.
    number('pid', 'pid', 7, areAlike ? 0 : 6, ({ pid }) => [String(pid), 'dim']),
    { id: 'queues', title: 'queues', width: 8, grow: 2, max: 40, rank: 5, cell: ({ queues }) => listNames(queues) },
    number('active', 'slots', 7, 1, slotsOf),
    { id: 'autoscale', title: 'scale', width: 7, rank: 7, cell: ({ autoscale }) => boundsOf(autoscale) },
    { id: 'now', title: 'runs now', width: 15, grow: 3, max: 60, rank: 3, cell: (row) => runningOf(row, context) },
    number('done', 'done', 5, 8, ({ succeeded }) => [formatCount(succeeded), 'dim']),
    number('failed', 'errors', 6, 8, ({ failed }) => [formatCount(failed), toneUnlessZero(failed, 'bad')]),
    number('rss', 'rss', 5, 2, ({ process }) => formatBytes(process?.rssBytes)),
    number('cpu', 'cpu', 5, 2, ({ process }) => formatPercent(process && process.cpu * 100)),
    number('lag', 'lag', 5, 3, lagOf),
    { id: 'version', title: 'version', width: 7, rank: 9, cell: ({ version }) => [version, 'dim'] },
    number('up', 'up', 4, 6, (row) => formatAge(ageMs(row.startedAt, row, context.atMs))),
    { id: 'beat', title: 'heard', width: 10, rank: 1, cell: (row) => heardOf(row, context) },
  ]
}

function number(
  id: string,
  title: string,
  width: number,
  rank: number,
  cell: (row: WorkerFacts) => Cell,
): Column<WorkerFacts> {
  return { id, title, width, align: 'right', rank, cell }
}

/** Used of all. */
function slotsOf({ active, concurrency }: WorkerFacts): Cell {
  return [`${formatCount(active)}/${formatCount(concurrency)}`, active >= concurrency ? 'warn' : 'plain']
}

function boundsOf(autoscale: WorkerFacts['autoscale']): Cell {
  return autoscale === undefined ? [NONE, 'dim'] : `${formatCount(autoscale.min)}-${formatCount(autoscale.max)}`
}

/** The job that runs longest, and how many more. */
function runningOf(worker: WorkerFacts, { atMs }: DrawContext): Cell {
  const { slots, active } = worker
  const [first] = slots ?? []
  if (first === undefined) return [active > 0 ? NONE : 'idle', 'dim']
  const more = active > 1 ? ` +${formatCount(active - 1)}` : ''
  return [`${formatAge(ageMs(first.startedAt, worker, atMs))} ${head(first.task)}${more}`, 'active']
}

function lagOf({ process }: WorkerFacts): Cell {
  const lag = process?.loopLagMs
  return [formatRun(lag), lag !== undefined && lag >= LAG_WARNS_MS ? 'warn' : 'plain']
}

/** When it was heard of last. Silence is told as such: it may be the network, or a loop that is blocked. */
export function heardOf(worker: WorkerFacts, { atMs }: DrawContext): readonly [string, 'warn' | 'dim'] {
  const silent = silentMs(worker, atMs)
  if (silent !== undefined) return [`silent ${formatAge(silent)}`, 'warn']
  if (worker.stopping === true) return ['stopping', 'warn']
  const heard = heardMs(worker, atMs)
  return [heard === undefined ? NONE : `${formatAge(heard)} ago`, 'dim']
}

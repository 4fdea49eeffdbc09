import { ageMs } from '../../control/heartbeat-age.js'
import type { RunningJob, WorkerFacts } from '../../engine/workers/worker-facts.js'
import { formatAge, formatBytes, formatCount, formatPercent, formatRun, NONE } from '../amounts.js'
import { type Line, lineOf, span } from '../line.js'
import type { Column } from '../table.js'
import { type DrawContext, head, listNames, since, tailOf } from './draw-context.js'
import { heardOf } from './workers.js'

/** The table of what one worker runs. */
export function slotColumns(context: DrawContext): readonly Column<RunningJob>[] {
  return [
    { id: 'task', title: 'task', width: 20, grow: 3, max: 60, rank: 0, cell: ({ task }) => task },
    { id: 'queue', title: 'queue', width: 10, grow: 1, max: 24, rank: 2, cell: ({ queue }) => [queue, 'dim'] },
    { id: 'id', title: 'job', width: 12, grow: 2, max: 24, rank: 1, cell: ({ id }, width) => tailOf(id, width) },
    { id: 'attempt', title: 'attempt', width: 7, align: 'right', rank: 2, cell: ({ attempt }) => String(attempt) },
    {
      id: 'age',
      title: 'runs for',
      width: 8,
      align: 'right',
      rank: 0,
      cell: ({ startedAt }) => [formatAge(since(startedAt, context)), 'active'],
    },
  ]
}

/** What else is known of a worker: under its slots, where there is room. */
export function workerFactLines(worker: WorkerFacts, context: DrawContext): readonly Line[] {
  const { process, autoscale } = worker
  const bounds = autoscale === undefined ? '' : `, by itself between ${autoscale.min} and ${autoscale.max}`
  return [
    fact(
      'host',
      `${head(worker.host)}, pid ${worker.pid}, up ${formatAge(ageMs(worker.startedAt, worker, context.atMs))}`,
    ),
    fact('slots', `${formatCount(worker.active)} of ${formatCount(worker.concurrency)} in use${bounds}`),
    fact('queues', listNames(worker.queues)),
    fact('tasks', listNames(worker.tasks)),
    fact('runs', `${formatCount(worker.succeeded)} succeeded, ${formatCount(worker.failed)} failed`),
    fact('memory', process === undefined ? NONE : formatBytes(process.rssBytes)),
    fact('cpu', process === undefined ? NONE : `${formatPercent(process.cpu * 100)} of a core`),
    fact('loop lag', process === undefined ? NONE : `${formatRun(process.loopLagMs)} (99th percentile)`),
    fact('version', `taskq ${head(worker.version)}, node ${head(process?.node ?? NONE)}`),
    fact('heard', heardOf(worker, context)[0]),
  ]
}

const fact = (name: string, text: string): Line => lineOf([span(`   ${name.padEnd(10)}`, 'dim'), span(text)])

import { safeText } from '../../codec/safe-text.js'
import type { Overview, Percentiles, QueueRow, Rates, TaskRow } from '../../control/dashboard.js'
import { formatDuration } from '../../time/duration.js'
import { formatRate } from '../../time/rate.js'
import { presentWorkers } from './live-workers.js'
import { tellBeat } from './schedule-beat.js'
import { presentTable } from './table.js'
import { tellInstant, workerJson } from './worker-json.js'

/** What goes on now, as text. */
export function presentOverview({ at, broker, rates, queues, tasks, workers, beat }: Overview): string {
  const { label, server, version, pingMs } = broker
  return [
    `broker  ${safeText(label)} · ${server} ${safeText(version)} · ${pingMs.toFixed(1)} ms`,
    `jobs    ${presentRates(rates)}`,
    ...(beat === undefined ? [] : [`beat    ${tellBeat(beat, at)}`]),
    '',
    presentWorkers(workers, at),
    '',
    presentQueues(queues, at),
    ...(tasks.length === 0 ? [] : ['', presentTasks(tasks)]),
  ].join('\n')
}

/** What `--json` prints: instants as text, and null for what is not known. */
export function overviewJson({ at, rates, queues, tasks, workers, beat, ...rest }: Overview) {
  return {
    at: tellInstant(at),
    ...rest,
    rates: { ...rates, in: rates.in ?? null },
    queues: queues.map(queueJson),
    tasks: tasks.map((task) => ({
      ...task,
      queue: task.queue ?? null,
      failurePercent: task.failurePercent ?? null,
      runMs: task.runMs ?? null,
      waitMs: task.waitMs ?? null,
    })),
    workers: workers.map(workerJson),
    beat: beat ?? null,
  }
}

/** A queue, as every `--json` prints it. */
export const queueJson = ({ oldestQueuedAt, limits, ...queue }: QueueRow) => ({
  ...queue,
  oldestQueuedAt: tellInstant(oldestQueuedAt),
  limits: limits.map(({ window, ...limit }) => ({ ...limit, rate: formatRate(window) })),
})

/** What each queue holds and how it stands. */
export function presentQueues(queues: readonly QueueRow[], nowMs: number): string {
  if (queues.length === 0) return 'No queue has had a job yet.'
  const rows = queues.map((queue) => [
    queue.queue,
    queue.queued,
    queue.scheduled,
    queue.retrying,
    queue.active,
    queue.succeeded,
    queue.dead,
    queue.oldestQueuedAt === undefined ? '-' : formatDuration(Math.max(0, nowMs - queue.oldestQueuedAt)),
    perSecond(queue.outPerSecond),
    queue.paused ? 'paused' : '',
  ])
  const head = ['queue', 'queued', 'scheduled', 'retrying', 'active', 'done', 'dead', 'oldest', 'out', '']
  return [presentTable(head, rows), ...queues.flatMap(presentNotes)].join('\n')
}

/** Below the table, which is as wide as a terminal may be. */
function presentNotes({ queue, queued, scheduled, retrying, served, limits }: QueueRow): string[] {
  const waits = limits.filter(({ limitedForMs }) => limitedForMs > 0)
  const notes = waits.map(
    ({ task, window, limitedForMs }) =>
      `${queue}: ${task} is at its limit of ${formatRate(window)} for ${formatDuration(limitedForMs)}`,
  )
  if (!served && queued + scheduled + retrying > 0) notes.push(`! ${queue}: no worker serves it`)
  return notes.map((note) => safeText(note, 200))
}

function presentTasks(tasks: readonly TaskRow[]): string {
  const rows = tasks.map((task) => [
    task.task,
    task.queue ?? '-',
    task.workers,
    task.succeeded,
    task.failed,
    task.retried,
    `${round(task.perMinute)}/min`,
    task.failurePercent === undefined ? '-' : `${round(task.failurePercent)} %`,
    presentPercentiles(task.runMs),
    presentPercentiles(task.waitMs),
  ])
  const head = [
    'task',
    'queue',
    'workers',
    'done',
    'failed',
    'retried',
    'rate',
    'fails',
    'ran p50/p95',
    'waited p50/p95',
  ]
  return presentTable(head, rows)
}

const presentRates = ({ in: incoming, out, failed, retried }: Rates): string =>
  [
    incoming === undefined ? undefined : `${perSecond(incoming)} in`,
    `${perSecond(out)} out`,
    `${perSecond(failed)} failed`,
    `${perSecond(retried)} retried`,
  ]
    .filter((rate) => rate !== undefined)
    .join(' · ')

const presentPercentiles = (times: Percentiles | undefined): string =>
  times === undefined ? '-' : `${formatDuration(times.p50)} / ${formatDuration(times.p95)}`

const perSecond = (count: number): string => `${round(count)}/s`
const round = (count: number): string => String(count < 10 ? Math.round(count * 10) / 10 : Math.round(count))

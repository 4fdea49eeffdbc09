import { safeLines, safeText } from '../../codec/safe-text.js'
import { NONE_LIVES } from '../../control/choose-workers.js'
import type { QueriedJob, ScheduledReport } from '../../control/inspect-jobs.js'
import type {
  ActiveReport,
  RegisteredReport,
  RegisteredTask,
  ReservedReport,
  StatsReport,
  WorkerReference,
} from '../../control/inspect-workers.js'
import type { SteerReport } from '../../control/steer.js'
import { labelWorkers } from '../../control/worker-labels.js'
import { formatDuration } from '../../time/duration.js'
import { labelAsked, presentSilent } from './control.js'
import { presentTable } from './table.js'

/** What runs in each worker, longest first. */
export function presentActive(workers: readonly ActiveReport[]): string {
  if (workers.length === 0) return NONE_LIVES
  const labels = labelsOf(workers)
  return workers.map((report, index) => presentSlots(report, labels[index] ?? '')).join('\n\n')
}

function presentSlots({ jobs, more }: ActiveReport, label: string): string {
  if (jobs.length + more === 0) return `${label}: nothing runs`
  const rows = jobs.map(({ task, id, queue, attempt, ageMs }) => [task, id, queue, attempt, formatDuration(ageMs)])
  const table = jobs.length === 0 ? [] : [presentTable(['task', 'job', 'queue', 'attempt', 'for'], rows)]
  return [label, ...table, ...(more > 0 ? [`and ${more} more`] : [])].join('\n')
}

/** The jobs that wait for their time, the next first. */
export function presentScheduled({ jobs, total, searched }: ScheduledReport, screen?: number): string {
  const more = total > jobs.length ? [`${jobs.length} of ${total} that wait; ${searched} were looked at.`] : []
  if (jobs.length === 0) return more.length === 0 ? 'No job waits for its time.' : `None of these. ${more[0]}`
  const rows = jobs.map(({ task, id, queue, state, dueInMs, error }) => [
    state === 'blocked' ? '-' : tellDue(dueInMs),
    state,
    task,
    id,
    queue,
    error ?? '',
  ])
  return [presentTable(['due', 'state', 'task', 'job', 'queue', 'failed with'], rows, screen), ...more].join('\n')
}

function tellDue(dueInMs: number | undefined): string {
  if (dueInMs === undefined) return 'unknown'
  return dueInMs === 0 ? 'due' : `in ${formatDuration(dueInMs)}`
}

/** Where jobs and workflows stand. A workflow has no queue: it is told by its name. */
export function presentQueried(jobs: readonly QueriedJob[]): string {
  const rows = jobs.map((job) => {
    if ('name' in job) return [job.id, job.state, `workflow ${job.name}`, '-', '-', '-']
    if (!('task' in job)) return [job.id, job.state, '-', '-', '-', '-']
    return [job.id, job.state, job.task, job.queue, String(job.attempts), job.worker ?? '-']
  })
  return presentTable(['job', 'state', 'task', 'queue', 'attempts', 'worker'], rows)
}

/** That nothing is reserved, and why. */
export const presentReserved = ({ workers, why }: ReservedReport): string =>
  workers.length === 0 ? NONE_LIVES : [...labelsOf(workers).map((label) => `${label}: none`), '', why].join('\n')

/** Which tasks each worker knows. */
export function presentRegistered(workers: readonly RegisteredReport[]): string {
  if (workers.length === 0) return NONE_LIVES
  const labels = labelsOf(workers)
  return workers.map(({ tasks }, index) => [labels[index], presentKnown(tasks)].join('\n')).join('\n\n')
}

function presentKnown(tasks: readonly RegisteredTask[]): string {
  if (tasks.length === 0) return 'no task'
  const rows = tasks.map(({ task, queue, rateLimit, maxConcurrency, keyed, overridden }) => [
    task,
    queue ?? '-',
    perKey(rateLimit, keyed?.includes('rate')),
    perKey(maxConcurrency, keyed?.includes('concurrency')),
    overridden === true ? 'set while running' : '',
  ])
  return presentTable(['task', 'queue', 'rate limit', 'at once', ''], rows)
}

const perKey = (limit: string | number | undefined, isKeyed = false): string =>
  limit === undefined ? '-' : `${limit}${isKeyed ? ' per key' : ''}`

/** What each worker is, has done and costs. */
export function presentStats(workers: readonly StatsReport[]): string {
  return workers.length === 0 ? NONE_LIVES : workers.map(presentWorkerStats).join('\n\n')
}

function presentWorkerStats(worker: StatsReport): string {
  const { host, pid, version, queues, tasks, concurrency, autoscale, active, succeeded, failed, process } = worker
  const facts: [string, string][] = [
    ['host', `${host}, process ${pid}, taskq ${version}${process === undefined ? '' : `, node ${process.node}`}`],
    ['since', `${worker.startedAt} (${formatDuration(worker.uptimeMs)})`],
    ['heard', worker.heardMs === undefined ? 'unknown' : `${formatDuration(worker.heardMs)} ago`],
    ['queues', queues.join(', ') || 'none'],
    ['tasks', String(tasks)],
    ['slots', `${active} of ${concurrency} run${autoscale ? `, autoscale ${autoscale.min} to ${autoscale.max}` : ''}`],
    ['done', `${succeeded} succeeded, ${failed} failed`],
  ]
  if (process !== undefined) facts.push(['process', presentProcess(process)])
  const lines = facts.map(([name, value]) => `  ${name.padEnd(8)} ${safeText(value, 500)}`)
  return [`${nameOf(worker.worker)}${worker.stopping ? ' (stops)' : ''}`, ...lines].join('\n')
}

const presentProcess = ({ rssBytes, cpu, loopLagMs }: NonNullable<StatsReport['process']>): string =>
  `${Math.round(rssBytes / 1_048_576)} MB, ${Math.round(cpu * 100)} % of a core, event loop ${formatDuration(loopLagMs)} late`

/** The settings of each worker; then those that said nothing. */
export function presentConf(report: SteerReport): string {
  const label = labelAsked(report)
  const told = report.answers.map(({ id, data, text }) => [nameOf(label(id)), presentSettings(data, text)].join('\n'))
  return [...told, ...(report.silent.length === 0 ? [] : [presentSilent(report)])].join('\n\n')
}

/** A worker of another taskq may tell them in another way. */
function presentSettings(data: unknown, text: string): string {
  if (data === undefined) return safeText(text, 500)
  if (!Array.isArray(data) || !data.every(isSetting)) return presentData(data)
  const rows = data.map(({ key, value, origin }) => [
    key,
    typeof value === 'string' ? value : (JSON.stringify(value) ?? '-'),
    typeof origin === 'string' ? origin : '-',
  ])
  return presentTable(['setting', 'value', 'from'], rows)
}

const presentData = (data: unknown): string =>
  safeLines(JSON.stringify(data, null, 2))
    .split('\n')
    .map((line) => safeText(line, 500))
    .join('\n')

const isSetting = (
  entry: unknown,
): entry is { readonly key: string; readonly value: unknown; readonly origin: unknown } =>
  typeof entry === 'object' && entry !== null && typeof (entry as { key?: unknown }).key === 'string'

/** What the workers are called, one after the other. */
function labelsOf(workers: readonly WorkerReference[]): readonly string[] {
  const labels = labelWorkers(workers.map(({ worker, id, pid }) => ({ name: worker, id, pid })))
  return workers.map(({ worker, id }) => nameOf(labels.get(id) ?? worker))
}

const nameOf = (worker: string): string => safeText(worker, 120)

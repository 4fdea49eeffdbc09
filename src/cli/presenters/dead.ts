import { safeText } from '../../codec/safe-text.js'
import type { JobDetail, JobPage, JobRow } from '../../control/dashboard.js'
import type { DeadReport } from '../../control/dead/dead-letters.js'
import { isoTime } from '../../control/job-report.js'
import { presentFailure } from './error.js'
import { tellDistance } from './schedule-time.js'
import { presentTable } from './table.js'

/** The dead letters that were found, the latest first. */
export function presentDeadList({ rows, searched, total }: JobPage, nowMs: number, screen?: number): string {
  if (rows.length === 0)
    return total === 0 ? 'No job has failed for good.' : `None of these: ${lookedAt(searched, total)}`
  const cells = rows.map(({ finishedAt, state, task, id, queue, attempts, error }) => [
    finishedAt === undefined ? '-' : tellDistance(finishedAt, nowMs),
    state,
    task,
    id,
    queue,
    attempts,
    error ?? '-',
  ])
  const more = total > rows.length ? [`${rows.length} shown; ${lookedAt(searched, total)}`] : []
  return [presentTable(['ended', 'state', 'task', 'job', 'queue', 'attempts', 'error'], cells, screen), ...more].join(
    '\n',
  )
}

const lookedAt = (searched: number, total: number): string =>
  `${searched.toLocaleString('en')} of ${total.toLocaleString('en')} were looked at.`

/** What `--json` prints of them. */
export const deadListJson = ({ rows, searched, total }: JobPage) => ({ jobs: rows.map(rowJson), searched, total })

const rowJson = ({ id, task, queue, state, attempts, enqueuedAt, finishedAt, args, error }: JobRow) => ({
  ...{ id, task, queue, state, attempts, args },
  enqueuedAt: isoTime(enqueuedAt),
  ...(finishedAt !== undefined && { finishedAt: isoTime(finishedAt) }),
  ...(error !== undefined && { error }),
})

/** All of one dead letter. */
export function presentDead(job: JobDetail): string {
  const facts: [string, string | undefined][] = [
    ['job', job.id],
    ['task', job.task],
    ['queue', job.queue],
    ['workflow', job.workflow],
    ['state', job.state],
    ['attempts', String(job.attempts)],
    ['worker', job.worker],
    ['arguments', job.argsJson],
  ]
  return [
    ...facts.flatMap(([name, value]) =>
      value === undefined ? [] : [`${name.padEnd(9)} ${safeText(value, MAX_LINE)}`],
    ),
    ...(job.failure === undefined ? [] : ['error', ...presentFailure(job.failure)]),
    'timeline',
    ...job.timeline.map(({ at, what }) => `  ${isoTime(at)}  ${safeText(what, 500)}`),
    ...(job.logs.length === 0 ? [] : ['log', ...job.logs.map((line) => `  ${safeText(line, MAX_LINE)}`)]),
  ].join('\n')
}

const MAX_LINE = 4096

/** What `--json` prints of it. */
export const deadJson = (job: JobDetail) => ({
  ...rowJson(job),
  args: job.argsJson,
  ...(job.startedAt !== undefined && { startedAt: isoTime(job.startedAt) }),
  ...(job.worker !== undefined && { worker: job.worker }),
  ...(job.workflow !== undefined && { workflow: job.workflow }),
  ...(job.failure !== undefined && { failure: job.failure }),
  tries: job.tries.map(({ attempt, startedAt, endedAt, worker, error }) => ({
    ...{ attempt, error, startedAt: isoTime(startedAt), endedAt: isoTime(endedAt) },
    ...(worker !== undefined && { worker }),
  })),
  audit: (job.audit ?? []).map(({ at, did, by }) => ({ at: isoTime(at), did, by })),
  timeline: job.timeline.map(({ at, what }) => ({ at: isoTime(at), what })),
  logs: job.logs,
})

/** What came of many: one line, what was left alone, and one for each that was refused. */
export function presentDeadReport({ text, left, refused }: DeadReport): string {
  const alone = [
    ...(left.revoked === 0 ? [] : [`${left.revoked} were revoked`]),
    ...(left.expired === 0 ? [] : [`${left.expired} have expired`]),
  ]
  return [
    `${text}.`,
    ...(alone.length === 0 ? [] : [`Left alone: ${alone.join(', ')}.`]),
    ...refused.map(({ what, why }) => `! ${safeText(what, 120)}: ${why}`),
  ].join('\n')
}

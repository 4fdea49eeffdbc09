import type { JobDetail, JobTry } from '../../control/dashboard.js'
import type { JobFailure } from '../../errors/job-failure.js'
import { formatClock, formatRun, formatTime, NONE } from '../amounts.js'
import { wrapText } from '../clean-text.js'
import { jsonLines, textLines } from '../json-lines.js'
import { factLine, type PageLine } from '../page-line.js'
import { head } from './draw-context.js'

/** All of a job, as text: what it is, arguments, attempts, error and traceback, logs, result, timeline. */
export function jobPageLines(detail: JobDetail, width: number): readonly PageLine[] {
  const inner = width - INDENT.length
  const { failure, resultJson } = detail
  return [
    ...factLines(detail, width),
    ...section('arguments', 'Arguments', jsonLines(detail.argsJson, inner)),
    ...section(
      'attempts',
      'Failed attempts',
      detail.tries.flatMap((each) => tryLines(each, inner)),
    ),
    ...(failure === undefined ? [] : failureLines(failure, inner)),
    ...section(
      'logs',
      'Logs',
      detail.logs.flatMap((line) => wrapText(line, inner, LOG_LINES)),
    ),
    ...(resultJson === undefined ? [] : section('result', 'Result', jsonLines(resultJson, inner))),
    ...section('timeline', 'Timeline', timelineOf(detail, inner)),
  ]
}

const INDENT = '  '
/** Of one entry of the log. */
const LOG_LINES = 10

/** A head with its lines; nothing where there are none. */
function section(name: string, title: string, lines: readonly string[], tone: PageLine['tone'] = 'text'): PageLine[] {
  if (lines.length === 0) return []
  const body = lines.map((text): PageLine => ({ text: INDENT + text, tone }))
  return [{ text: '', tone: 'text' }, { text: title, tone: 'head', section: name }, ...body]
}

function factLines(detail: JobDetail, width: number): PageLine[] {
  const { task, queue, lane, state, attempts, enqueuedAt, dueAt, startedAt, finishedAt, worker, schedule, sameAs } =
    detail
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['task', task],
    ['queue', lane === queue ? queue : `${head(queue)} (lane ${head(lane)})`],
    ['state', state],
    ['attempts', String(attempts)],
    ['enqueued', formatTime(enqueuedAt)],
    ['due', dueAt === undefined ? undefined : formatTime(dueAt)],
    ['put aside', detail.waitsFor === undefined && detail.putAside ? head(detail.putAside) : undefined],
    ['waits for', detail.waitsFor && head(detail.waitsFor)],
    ['started', startedAt === undefined ? undefined : formatTime(startedAt)],
    ['ended', finishedAt === undefined ? undefined : endText(finishedAt, startedAt)],
    ['worker', worker],
    ['workflow', detail.workflow],
    ['schedule', schedule && `${head(schedule.name)}, its slot of ${formatTime(schedule.slotMs)}`],
    ['same as', sameAs && head(sameAs)],
    ['progress', detail.progress === undefined ? undefined : progressText(detail.progress)],
  ]
  return facts.flatMap(([name, text]) => (text === undefined ? [] : factLine(name, text, width)))
}

function endText(finishedAt: number, startedAt: number | undefined): string {
  return formatTime(finishedAt) + (startedAt === undefined ? '' : `, ran ${formatRun(finishedAt - startedAt)}`)
}

function progressText(progress: unknown): string {
  if (typeof progress === 'number') return progress <= 1 ? `${Math.round(progress * 100)}%` : String(progress)
  return typeof progress === 'string' ? progress : (JSON.stringify(progress) ?? NONE)
}

function tryLines({ attempt, startedAt, endedAt, worker, error }: JobTry, width: number): readonly string[] {
  const where = worker === undefined ? '' : `  ${head(worker)}`
  const line = `#${attempt}  ${formatClock(startedAt)}  ${formatRun(endedAt - startedAt)}${where}  ${head(error)}`
  return wrapText(line, width, 3)
}

/** The error in a line, its stack, and what caused it. */
function failureLines(failure: JobFailure, width: number): readonly PageLine[] {
  const code = failure.code === undefined ? '' : ` (${head(failure.code)})`
  const said = `${head(failure.name)}: ${failure.message}${code}`
  return [
    ...section('error', 'Error', textLines(said, width), 'error'),
    ...section('traceback', 'Traceback', stackLines(failure, width, 0), 'faint'),
  ]
}

const MAX_CAUSES = 5

function stackLines({ stack, cause }: JobFailure, width: number, depth: number): readonly string[] {
  const own = stack === undefined ? [] : textLines(stack, width)
  if (cause === undefined || depth >= MAX_CAUSES) return own
  const why = textLines(`caused by ${head(cause.name)}: ${cause.message}`, width)
  return [...own, ...why, ...stackLines(cause, width, depth + 1)]
}

function timelineOf({ timeline }: JobDetail, width: number): readonly string[] {
  const first = timeline[0]?.at ?? 0
  return timeline.flatMap(({ at, what }) => {
    const after = `+${formatRun(at - first)}`.padEnd(7)
    return wrapText(`${formatClock(at)}  ${after}  ${head(what)}`, width, 3)
  })
}

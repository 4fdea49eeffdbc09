import type { Logger } from 'pino'
import { MAX_LOGGED } from '../codec/log-line.js'
import { safeText } from '../codec/safe-text.js'
import { safeValues } from '../codec/safe-values.js'
import type { JobFailure } from '../errors/job-failure.js'
import type { JobReference, WorkerEvent, WorkerEventSink } from '../events/worker-event.js'
import { formatDuration } from '../time/duration.js'
import type { LogLevel } from '../worker/run-log.js'

/** Writes a worker's events to a log: one line per run's end, more at level debug. */
export function logWorkerEvents(log: Logger): WorkerEventSink {
  return (event) => {
    switch (event.name) {
      case 'jobs.recovered':
        return log.warn(
          { queue: event.queue, ids: event.ids },
          `${event.ids.length} job(s) of a worker that is gone are back in their queue`,
        )
      case 'limit.passed':
        return log.warn(
          `a job of ${safeText(event.task, 200)} came past its rate limit: whoever sent it had not heard of the limit yet`,
        )
      case 'limit.reached':
        return log.debug(
          { queue: event.queue },
          `${safeText(event.task, 200)} has reached its rate limit for ${formatDuration(event.forMs)}`,
        )
      case 'worker.stuck':
        return log.error(describeStuck(event))
      case 'worker.blocked':
        return log.warn(
          { tasks: event.tasks.slice(0, MOST_NAMED).map((task) => safeText(task, 200)) },
          blockText(event),
        )
      case 'worker.steered':
        return log.info(`told from outside: ${safeText(event.text, 500)}`)
      // The command tells those itself.
      case 'worker.ready':
      case 'worker.stopped':
        return
      case 'listener.failed':
        return log.error(`what listens to ${event.event} failed: ${safeText(event.message, 500)}`)
      case 'broker.data-lost':
        return log.error(describeLoss(event.detail))
      case 'broker.trouble':
        return log.warn(`broker: ${safeText(event.message, 500)}`)
      default:
        return logJobEvent(log, event)
    }
  }
}

function describeStuck({ reason, endsInMs }: Extract<WorkerEvent, { name: 'worker.stuck' }>): string {
  const end = endsInMs === undefined ? '' : `; it ends in ${formatDuration(endsInMs)} unless that changes`
  return `the worker takes no jobs: ${reason}${end}`
}

/** Of the tasks that blocked the event loop, at most so many are named. */
const MOST_NAMED = 5

function blockText({ forMs, tasks, unsaid }: Extract<WorkerEvent, { name: 'worker.blocked' }>): string {
  const named = tasks.slice(0, MOST_NAMED).map((task) => safeText(task, 200))
  const others = tasks.length > named.length ? ` or ${tasks.length - named.length} more` : ''
  const before = unsaid > 0 ? ` (and ${unsaid} more times lately)` : ''
  return (
    `the event loop was blocked for ${formatDuration(forMs)}${before} by ${named.join(', ')}${others}: ` +
    "nothing else of this worker went on; run such tasks with pool: 'process' or 'thread'"
  )
}

/** Said to whoever must act: the jobs themselves cannot be named any more. */
export const describeLoss = (detail: string): string =>
  `the broker lost data: ${safeText(detail, 300)}. Jobs that were acknowledged may be gone: enqueue again what must run. ` +
  'Then run taskq doctor, and let Redis keep an append-only file (appendonly yes)'

type JobEvent = Extract<WorkerEvent, JobReference>

function logJobEvent(log: Logger, event: JobEvent): void {
  const fields = { job: event.id, queue: event.queue, attempt: event.attempt }
  const task = safeText(event.task, 200)
  switch (event.name) {
    case 'job.started':
      return log.debug(fields, `${task} started`)
    case 'job.succeeded':
      return log.info(fields, `${task} succeeded in ${formatDuration(event.runMs)}`)
    case 'job.retried':
      if (event.isExpected)
        return log.info(fields, `${expectedEnd(task, event.failure)}; runs again in ${formatDuration(event.delayMs)}`)
      return log.warn(
        { ...fields, error: safeValues(event.failure) },
        `${task} failed: ${safeText(event.failure.message, 500)}; runs again in ${formatDuration(event.delayMs)}`,
      )
    case 'job.dead-lettered':
      if (event.isExpected) return log.info(fields, expectedEnd(task, event.failure))
      return log.error(
        { ...fields, error: safeValues(event.failure) },
        `${task} failed for good: ${safeText(event.failure.message, 500)}`,
      )
    case 'job.revoked':
      return log.info(fields, `${task} was revoked: ${safeText(event.reason, 500)}`)
    case 'job.expired':
      return log.info(fields, `${task} expired at ${new Date(event.expiredAt).toISOString()} and did not run`)
    case 'job.snoozed':
      return log.info(fields, `${task} runs again in ${formatDuration(event.delayMs)}: ${safeText(event.reason, 500)}`)
    case 'job.ignored':
      return log.info(fields, `${task} is done and forgotten: it was ignored`)
    case 'job.replaced':
      return log.info(fields, `${task} ends as ${safeText(event.workflow, 100)} does, which took its place`)
    case 'job.given-back':
      return log.info(fields, `${task} went back to its queue`)
    case 'job.parked':
      return log.warn(fields, `${task} is unknown here: the job waits for a worker that knows it`)
    case 'job.postponed':
      return log.warn(fields, `${task} is put aside: ${event.reason}`)
    case 'job.result-lost':
      return log.warn(fields, `${task} ended, but the job was no longer ours: ${event.reason}`)
  }
}

/** One line for a failure that is a part of the task's work. */
const expectedEnd = (task: string, { name, message }: JobFailure): string =>
  `${task} ended with ${safeText(name, 100)}: ${safeText(message, 500)}`

/** Writes tasks' own lines to the same log, made safe for a terminal. */
export function logTaskLines(log: Logger) {
  return (level: LogLevel, job: { id: string; task: string }, fields: object | undefined, message: string): void => {
    if (!log.isLevelEnabled(level)) return
    log[level]({ ...safeFields(fields), job: job.id, task: safeText(job.task, 200) }, safeText(message, MAX_LOGGED))
  }
}

/** A task may log what it likes: a field that cannot be read must not end the task. */
function safeFields(fields: object | undefined): object | undefined {
  if (fields === undefined) return undefined
  try {
    const safe = safeValues(fields)
    return typeof safe === 'object' && safe !== null ? safe : { value: safe }
  } catch {
    return { fields: '[cannot be read]' }
  }
}

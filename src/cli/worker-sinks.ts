import type { Logger } from 'pino'
import { logTaskLines, logWorkerEvents } from '../app/worker-log.js'
import type { WorkerRequest } from '../app/worker-request.js'
import { safeValues } from './safe-values.js'

/** Where a worker's events and its tasks' lines go: to the log, made safe on the way. */
export function sinksOf(log: Logger): Pick<WorkerRequest, 'onEvent' | 'onLog'> {
  const onEvent = logWorkerEvents(log)
  const onLog = logTaskLines(log)
  return {
    onEvent: (event) => onEvent('failure' in event ? (safeValues(event) as typeof event) : event),
    onLog: (level, job, fields, message) => onLog(level, job, safeFields(fields), message),
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

import { describeFailure } from '../errors/job-failure.js'
import type { LogLine, TaskLogger } from '../task/run-context.js'

/** Where a line goes: the worker's log and the job's own. */
export type LogSink = (level: LogLevel, fields: object | undefined, message: string) => void
export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

/** A task's logger. */
export function createRunLog(sink: LogSink): TaskLogger {
  const line =
    (level: LogLevel): LogLine =>
    (first: string | object, message?: string) => {
      if (typeof first === 'string') sink(level, undefined, first)
      else if (first instanceof Error) sink(level, { error: first }, message ?? first.message)
      else sink(level, first, message ?? '')
    }
  return { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') }
}

/** One stored line: time, level, message, fields. Read by people and by `JSON.parse`. */
export function formatLogLine(level: LogLevel, attempt: number, fields: object | undefined, message: string): string {
  const line = { time: new Date().toISOString(), level, attempt, message }
  try {
    return JSON.stringify({ ...line, ...(fields && { fields }) }, describeErrors)
  } catch {
    return JSON.stringify({ ...line, fields: '[not JSON]' })
  }
}

/** JSON makes an Error `{}`, but it is what logs are read for. */
const describeErrors = (_key: string, value: unknown): unknown =>
  value instanceof Error ? describeFailure(value) : value

import { MAX_LOGGED } from '../codec/log-line.js'
import type { Redactor } from '../codec/redaction.js'
import { cutText } from '../codec/safe-text.js'
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

/** All texts of a line together: so it fits in what is kept of one, and can be read as JSON. */
const MAX_TEXTS = 49_152

/** One stored line: time, level, message, fields. Read by people and by `JSON.parse`. Long texts are cut. */
export function formatLogLine(level: LogLevel, attempt: number, fields: object | undefined, message: string): string {
  const line = { time: new Date().toISOString(), level, attempt, message }
  try {
    return JSON.stringify({ ...line, ...(fields && { fields }) }, createReplacer())
  } catch {
    return JSON.stringify({ ...line, fields: '[not JSON]' }, createReplacer())
  }
}

/** What cannot be read is left to whoever writes the line to say so. */
export function redactFields(fields: object, redact: Redactor): object {
  try {
    return redact(fields) as object
  } catch {
    return { fields: '[cannot be read]' }
  }
}

function createReplacer(): (key: string, value: unknown) => unknown {
  let left = MAX_TEXTS
  return (_key, value) => {
    // JSON makes an Error `{}`, but it is what logs are read for.
    if (value instanceof Error) return describeFailure(value)
    if (typeof value === 'bigint') return String(value)
    if (typeof value !== 'string') return value
    const text = cutText(value, Math.min(left, MAX_LOGGED))
    left = Math.max(1, left - text.length)
    return text
  }
}

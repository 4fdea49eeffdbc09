import type { Redactor } from './redaction.js'
import { safeText } from './safe-text.js'

/** A text that a task logs is cut to that, before it costs the worker's other jobs time. */
export const MAX_LOGGED = 32_768

/**
 * A job's stored log line for a terminal. A line of unknown form is shown as it is, made safe; of one that was too long
 * to be kept whole, the fields are left out, for they cannot be read any more.
 */
export function readLogLine(stored: string, redact: Redactor = (fields) => fields): string {
  try {
    const line: unknown = JSON.parse(stored)
    if (!isLine(line)) return safeText(stored)
    const { time, level, message, fields } = line
    const rest = fields === undefined ? '' : ` ${JSON.stringify(redact(fields))}`
    return safeText(`${time} ${level} ${String(message)}${rest}`)
  } catch {
    return safeText(stored.split(',"fields":')[0] ?? '')
  }
}

interface Line {
  readonly time: string
  readonly level: string
  readonly message: unknown
  readonly fields?: unknown
}

const isLine = (value: unknown): value is Line =>
  typeof value === 'object' &&
  value !== null &&
  ['time', 'level'].every((key) => typeof (value as Record<string, unknown>)[key] === 'string') &&
  'message' in value

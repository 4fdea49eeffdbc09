import type { Redactor } from './redaction.js'
import { safeText } from './safe-text.js'

/**
 * A job's stored log line for a terminal. A line of unknown form is shown as it is, made safe; of one that was too long
 * to be kept whole, the fields are left out, for they cannot be read any more.
 */
export function readLogLine(stored: string, redact: Redactor = (fields) => fields): string {
  try {
    const { time, level, message, fields } = JSON.parse(stored) as Record<string, unknown>
    const rest = fields === undefined ? '' : ` ${JSON.stringify(redact(fields))}`
    return safeText(`${String(time)} ${String(level)} ${String(message)}${rest}`)
  } catch {
    return safeText(stored.split(',"fields":')[0] ?? '')
  }
}

import type { Redactor } from './redaction.js'
import { safeText } from './safe-text.js'

/** A job's stored log line for a terminal. Lines of unknown form are shown as they are, made safe. */
export function readLogLine(stored: string, redact: Redactor = (fields) => fields): string {
  try {
    const { time, level, message, fields } = JSON.parse(stored) as Record<string, unknown>
    const rest = fields === undefined ? '' : ` ${JSON.stringify(redact(fields))}`
    return safeText(`${String(time)} ${String(level)} ${String(message)}${rest}`)
  } catch {
    return safeText(stored)
  }
}

import type { JobLogLine } from '../task/async-result.js'

const LEVELS: readonly string[] = ['debug', 'info', 'warn', 'error'] satisfies JobLogLine['level'][]

/** A job's stored log line, read. Of one that was too long to be kept whole, what can be told. */
export function parseLogLine(stored: string): JobLogLine {
  const { time, level, attempt, message, fields } = recordIn(stored) ?? headOf(stored)
  return {
    time: timeIn(time),
    level: LEVELS.includes(level as string) ? (level as JobLogLine['level']) : 'info',
    attempt: typeof attempt === 'number' ? attempt : 1,
    message: typeof message === 'string' ? message : stored,
    ...(typeof fields === 'object' && fields !== null && { fields: fields as Readonly<Record<string, unknown>> }),
  }
}

function recordIn(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

/** What stands before the fields, which were cut. */
const headOf = (text: string): Readonly<Record<string, unknown>> => recordIn(`${text.split(',"fields":')[0]}}`) ?? {}

function timeIn(text: unknown): Date {
  const ms = typeof text === 'string' ? Date.parse(text) : 0
  return new Date(Number.isNaN(ms) ? 0 : ms)
}

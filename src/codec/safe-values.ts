import { describeFailure } from '../errors/job-failure.js'
import { MAX_LOGGED } from './log-line.js'
import { safeLines, safeText } from './safe-text.js'

const MAX_DEPTH = 8

/**
 * A copy of a value in which every text is safe for a terminal: what tasks log and throw may hold escape
 * sequences, and the pretty log prints texts as they are. An Error becomes its description. Long texts are cut.
 */
export function safeValues(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return safeLines(value, MAX_LOGGED)
  if (typeof value !== 'object' || value === null) return value
  if (depth > MAX_DEPTH) return '[too deep]'
  if (value instanceof Error) return safeValues(describeFailure(value), depth + 1)
  if (Array.isArray(value)) return value.map((item) => safeValues(item, depth + 1))
  if ('toJSON' in value && typeof value.toJSON === 'function') return safeValues(value.toJSON(), depth + 1)
  const entries = Object.entries(value).map(([key, item]) => [safeText(key, MAX_LOGGED), safeValues(item, depth + 1)])
  return Object.fromEntries(entries)
}

import { celeryMeant } from './celery-names.js'
import { nearest } from './nearest.js'

/** One thing that is wrong with a setting: where, what was expected, what came. */
export interface Problem {
  /** The key's path, such as `queues.emails.concurrency`. */
  readonly key: string
  readonly expected: string
  readonly got: string
  /** The known key or value that was most likely meant. */
  readonly nearest?: string
}

/** `retries: expected a whole number from 0 to 1000, got -1` */
export function formatProblem(problem: Problem): string {
  const meant = problem.nearest === undefined ? '' : ` (did you mean ${problem.nearest}?)`
  return `${problem.key}: expected ${problem.expected}, got ${problem.got}${meant}`
}

/** The keys of a record that nobody knows, each with the known key that was most likely meant. */
export function unknownKeys(record: object, known: readonly string[], path = ''): Problem[] {
  return Object.keys(record)
    .filter((key) => !known.includes(key))
    .map((key) => {
      const meant = celeryMeant(key, known) ?? nearest(key, known)
      return {
        key: path + key,
        expected: `one of ${known.join(', ')}`,
        got: 'an unknown key',
        ...(meant !== undefined && { nearest: meant }),
      }
    })
}

/** Shows a value in a message: short, quoted, never a whole object. */
export function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value)
  if (typeof value === 'function') return 'a function'
  if (Array.isArray(value)) return `an array of ${value.length}`
  if (value instanceof Date)
    return Number.isNaN(value.getTime()) ? 'an invalid Date' : `the Date ${value.toISOString()}`
  if (value instanceof Promise) return 'a promise'
  if (typeof value === 'object' && value !== null) return 'an object'
  return String(value)
}

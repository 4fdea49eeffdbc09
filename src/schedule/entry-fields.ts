import { nearest } from '../errors/nearest.js'
import { type Problem, show, unknownKeys } from '../errors/problems.js'
import { DURATION_FORM, formatDuration, parseDuration } from '../time/duration.js'
import { isPlainRecord, type PlainRecord } from './plain-data.js'

/** Says what is wrong with one key of an entry; with the entry itself where the key is empty. Gives nothing back. */
export type Report = (key: string, problem: Omit<Problem, 'key'>) => undefined

/** A {@link Report} that collects, under the key that holds the entry. */
export const reportTo =
  (problems: Problem[], entryKey: string): Report =>
  (key, problem) => {
    problems.push({ key: key === '' ? entryKey : `${entryKey}.${key}`, ...problem })
    return undefined
  }

/** Shows a value in a message: short, and on one line. */
export function showWritten(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (!(value instanceof Date)) return show(value)
  return Number.isNaN(value.getTime()) ? 'an invalid Date' : value.toISOString()
}

const LONGEST_SHOWN = 60

/** Shortens a text that stands in a message. */
const shorten = (text: string): string => (text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text)

/** The same record, with keys that can stand in a message. */
export const withShortKeys = (record: PlainRecord): PlainRecord =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [shorten(key), value]))

/** Shows an entry's name in a key, whatever it is. */
export const showName = (name: unknown): string => (typeof name === 'string' ? shorten(name) : showWritten(name))

/** Reports problems that others found. */
export function reportAll(problems: readonly Problem[], report: Report): void {
  for (const { key, ...problem } of problems) report(key, problem)
}

/** Reports the keys of a record that nobody knows. */
export const reportUnknown = (record: PlainRecord, known: readonly string[], report: Report, path = ''): void =>
  reportAll(unknownKeys(withShortKeys(record), known, path), report)

/** The word that was most likely meant. */
function nearestOf(value: unknown, words: readonly string[]): { nearest?: string } {
  const meant = typeof value === 'string' && value.length <= LONGEST_SHOWN ? nearest(value, words) : undefined
  return meant === undefined ? {} : { nearest: meant }
}

/** Each reader gives undefined for a key that is not there, and for one that is wrong: that it reports. */
export function readWord<T extends string>(key: string, value: unknown, words: readonly T[], report: Report) {
  if (value === undefined || words.includes(value as T)) return value as T | undefined
  return report(key, { expected: `one of ${words.join(', ')}`, got: showWritten(value), ...nearestOf(value, words) })
}

/** Reads a whole number in a range. */
export function readCount(key: string, value: unknown, [min, max]: readonly [number, number], report: Report) {
  if (value === undefined || (Number.isInteger(value) && (value as number) >= min && (value as number) <= max)) {
    return value as number | undefined
  }
  return report(key, { expected: `a whole number from ${min} to ${max}`, got: showWritten(value) })
}

/** Reads a number of degrees; without it the entry is wrong. */
export function readDegrees(key: string, value: unknown, limit: number, report: Report): number | undefined {
  if (typeof value === 'number' && Math.abs(value) <= limit) return value
  return report(key, { expected: `a number of degrees from -${limit} to ${limit}`, got: showWritten(value) })
}

/** Reads a duration in a range of milliseconds, to milliseconds. */
export function readDuration(key: string, value: unknown, [minMs, maxMs]: readonly [number, number], report: Report) {
  if (value === undefined) return undefined
  const ms = parseDuration(value)
  if (ms !== undefined && ms >= minMs && ms <= maxMs) return ms
  const expected = `${DURATION_FORM}; from ${formatDuration(minMs)} to ${formatDuration(maxMs)}`
  return report(key, { expected, got: showWritten(value) })
}

/** Reads a record of known keys. */
export function readRecord(key: string, value: unknown, known: readonly string[], form: string, report: Report) {
  if (!isPlainRecord(value)) return report(key, { expected: form, got: showWritten(value) })
  reportUnknown(value, known, report, `${key}.`)
  return value
}

import { type Problem, show } from '../errors/problems.js'
import { readSpecialDay, type SpecialDay } from './crontab-special-day.js'
import { type CrontabUnit, DAY_OF_MONTH, DAY_OF_WEEK, nearestName, readUnit, unitForm } from './crontab-unit.js'

/** One field of a crontab, read. */
export interface CrontabField {
  /** In order. Empty when the field names special days only. */
  readonly values: readonly number[]
  readonly specialDays: readonly SpecialDay[]
  /** It begins with `*` (or is `?`). */
  readonly isStar: boolean
  /** One of its parts runs over all values, if by steps: `*`, `0-23`, `0-23/2`. */
  readonly runsOverAll: boolean
}

/** What is wrong with a pattern; where it stands is the caller's to say. */
export type CrontabProblem = Omit<Problem, 'key'>

/** Reads one field in lower case. */
export function parseField(text: string, unit: CrontabUnit): CrontabField | CrontabProblem {
  const values = new Set<number>()
  const specialDays: SpecialDay[] = []
  let runsOverAll = false
  for (const part of text.split(',')) {
    const special = readSpecialDay(part, unit)
    if (special !== undefined) {
      specialDays.push(special)
      continue
    }
    const run = readRun(part, unit)
    if ('expected' in run) return run
    for (const value of valuesOf(run, unit)) values.add(value)
    runsOverAll ||= run.length >= unit.size
  }
  const isStar = text.startsWith('*') || text.startsWith('?')
  return { values: [...values].sort((a, b) => a - b), specialDays, isStar, runsOverAll }
}

/** Values one after the other, of which each `step`th is meant; after the last value comes the first. */
interface Run {
  readonly from: number
  readonly length: number
  readonly step: number
}

function readRun(text: string, unit: CrontabUnit): Run | CrontabProblem {
  const [span = '', stepText, ...tooMany] = text.split('/')
  const bounds = tooMany.length > 0 ? undefined : readSpan(span, unit, stepText !== undefined)
  if (bounds === undefined) return fieldProblem(text, span, unit)
  if (stepText === undefined) return { ...bounds, step: 1 }
  const step = readUnit(stepText, { ...unit, min: 1, max: unit.size - 1, names: [] })
  if (step !== undefined) return { ...bounds, step }
  return { expected: `${unit.name}: a step from 1 to ${unit.size - 1}, such as */2`, got: show(text) }
}

function readSpan(text: string, unit: CrontabUnit, hasStep: boolean): Omit<Run, 'step'> | undefined {
  if (text === '*') return { from: unit.min, length: unit.size }
  if (text === '?' && !hasStep && (unit === DAY_OF_MONTH || unit === DAY_OF_WEEK)) {
    return { from: unit.min, length: unit.size }
  }
  const [first = '', last, ...tooMany] = text.split('-')
  const from = readUnit(first, unit)
  const to = last === undefined ? from : readUnit(last, unit)
  if (from === undefined || to === undefined || tooMany.length > 0) return undefined
  if (last === undefined && hasStep) return { from, length: unit.min + unit.size - (from % (unit.min + unit.size)) }
  return { from, length: to - from + 1 + (to < from ? unit.size : 0) }
}

function* valuesOf({ from, length, step }: Run, { min, size }: CrontabUnit): Generator<number> {
  for (let index = 0; index < length; index += step) yield ((from - min + index) % size) + min
}

function fieldProblem(text: string, span: string, unit: CrontabUnit): CrontabProblem {
  const word = span.split('-').find((part) => /^[a-z]+$/.test(part) && readUnit(part, unit) === undefined)
  const meant = word === undefined ? undefined : nearestName(word, unit)
  return { expected: unitForm(unit), got: show(text), ...(meant !== undefined && { nearest: meant }) }
}

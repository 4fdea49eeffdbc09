import { nearest } from '../errors/nearest.js'
import { show } from '../errors/problems.js'
import { type CrontabDays, isEverDue } from './crontab-days.js'
import { type CrontabField, type CrontabProblem, parseField } from './crontab-field.js'
import { DAY_OF_MONTH, DAY_OF_WEEK, HOUR, MINUTE, MONTH, SECOND } from './crontab-unit.js'
import type { DayRule } from './schedule.js'

/** A crontab's pattern, read. */
export interface Crontab extends CrontabDays {
  readonly seconds: CrontabField
  readonly minutes: CrontabField
  readonly hours: CrontabField
}

const MAX_LENGTH = 256
const UNITS = [SECOND, MINUTE, HOUR, DAY_OF_MONTH, MONTH, DAY_OF_WEEK]
const NICKNAMES: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
}
const FORM = "five fields (minute, hour, day of month, month, day of week), six with the second first, or '@daily'"

/**
 * Reads a crontab: five fields (minute, hour, day of month, month, day of week), six with the second first, or one of
 * `@yearly`, `@annually`, `@monthly`, `@weekly`, `@daily`, `@midnight`, `@hourly`.
 *
 * A field is `*` or a list of numbers, ranges (`9-17`; over the end too: `22-2`, `fri-mon`) and steps (`10-40/5`;
 * `5/15`: from 5 on; a star may have a step too), with names for months and days (`jan`, `Monday`); Sunday is 0 and 7.
 * A day of the month may also be `L` (the last), `L-3` (three days before it), `15W` (the working day nearest to the
 * 15th), `LW` (the last working day); a day of the week `5#2` (the second Friday) and `5L` (the last Friday). `?`
 * stands for `*` in both.
 *
 * A pattern that would never be due is refused, so far as its days go by `rule`.
 *
 * @example parseCrontab('30 9 * * mon-fri')
 */
export function parseCrontab(
  pattern: unknown,
  rule: DayRule = 'either',
): { crontab: Crontab } | { problem: CrontabProblem } {
  const fields = splitFields(pattern)
  if ('expected' in fields) return { problem: fields }
  const parsed: CrontabField[] = []
  for (const [index, unit] of UNITS.entries()) {
    const field = parseField(fields[index] as string, unit)
    if ('expected' in field) return { problem: field }
    parsed.push(field)
  }
  const [seconds, minutes, hours, daysOfMonth, months, daysOfWeek] = parsed as SixFields
  const crontab = { seconds, minutes, hours, daysOfMonth, months, daysOfWeek }
  if (isEverDue(crontab, rule)) return { crontab }
  return { problem: { expected: 'days that exist in the months named', got: `${show(pattern)}, which is never due` } }
}

type SixFields = [CrontabField, CrontabField, CrontabField, CrontabField, CrontabField, CrontabField]

/** The texts of six fields, in lower case. */
function splitFields(pattern: unknown): readonly string[] | CrontabProblem {
  if (typeof pattern !== 'string') return { expected: FORM, got: show(pattern) }
  if (pattern.length > MAX_LENGTH) {
    return { expected: `a pattern of at most ${MAX_LENGTH} characters`, got: `${pattern.length} characters` }
  }
  if (/[^ -~\t]/.test(pattern)) return { expected: 'printable ASCII characters', got: show(pattern) }
  const text = pattern.trim().toLowerCase()
  if (text.startsWith('@')) return splitNickname(text)
  const fields = text === '' ? [] : text.split(/[ \t]+/)
  if (fields.length === 6) return fields
  if (fields.length === 5) return ['0', ...fields]
  if (fields.length === 0) return { expected: FORM, got: 'an empty pattern' }
  return { expected: FORM, got: `${fields.length === 1 ? 'one field' : `${fields.length} fields`}: ${show(pattern)}` }
}

function splitNickname(text: string): readonly string[] | CrontabProblem {
  const known = Object.hasOwn(NICKNAMES, text) ? NICKNAMES[text] : undefined
  if (known !== undefined) return ['0', ...known.split(' ')]
  const names = Object.keys(NICKNAMES)
  if (text === '@reboot') {
    return { expected: `one of ${names.join(', ')}`, got: '"@reboot": Beat has no part in starting machines' }
  }
  const meant = nearest(text, names)
  return { expected: `one of ${names.join(', ')}`, got: show(text), ...(meant !== undefined && { nearest: meant }) }
}

import { DAY_MS } from '../time/zone-days.js'
import type { CrontabField } from './crontab-field.js'
import { type Month, specialDayIn } from './crontab-special-day.js'
import type { DayRule } from './schedule.js'

/** The fields of a crontab that name its days. */
export interface CrontabDays {
  readonly daysOfMonth: CrontabField
  readonly months: CrontabField
  readonly daysOfWeek: CrontabField
}

/** Calendars end with the year 9999: the months before. */
const END = 10_000 * 12
/** Any 28 years hold every kind of year but for a turn of a century: leap or not, beginning on any day of the week. */
const ALL_KINDS_OF_YEARS = Array.from({ length: 28 }, (_, index) => 2001 + index)

/**
 * Tells whether a date is meant when either its day of the month or its day of the week is named: not so by the rule
 * `both`, nor where one of the two fields begins with a star, as in Vixie's cron.
 */
export function isEitherEnough({ daysOfMonth, daysOfWeek }: CrontabDays, rule: DayRule): boolean {
  return rule === 'either' && !daysOfMonth.isStar && !daysOfWeek.isStar
}

/** Tells whether any date is meant at all; February 30 never is. */
export function isEverDue(days: CrontabDays, rule: DayRule): boolean {
  return ALL_KINDS_OF_YEARS.some((year) => days.months.values.some((month) => dueDays(days, rule, year, month) !== 0))
}

/** The first date that is meant, this one or a later one; dates are midnights as though in UTC. */
export function nextDueDate(days: CrontabDays, rule: DayRule, fromMs: number): number | undefined {
  const from = new Date(fromMs)
  let passed = from.getUTCDate() - 1
  for (let index = from.getUTCFullYear() * 12 + from.getUTCMonth(); index < END; index++) {
    const year = Math.floor(index / 12)
    const due = dueDays(days, rule, year, (index % 12) + 1)
    const left = (due >>> passed) << passed
    if (left !== 0) return Date.UTC(year, index % 12, 1) + lowestBit(left) * DAY_MS
    passed = 0
  }
  return undefined
}

const lowestBit = (bits: number): number => 31 - Math.clz32(bits & -bits)

/** The days of one month that are meant: bit 0 for the 1st. */
function dueDays(days: CrontabDays, rule: DayRule, year: number, monthNumber: number): number {
  if (!days.months.values.includes(monthNumber)) return 0
  const { daysOfMonth, daysOfWeek } = days
  const month = monthOf(year, monthNumber)
  const byMonth = specialBits(daysOfMonth, month) | plainBits(daysOfMonth.values)
  const byWeek = specialBits(daysOfWeek, month) | weekBits(daysOfWeek.values, month)
  return (isEitherEnough(days, rule) ? byMonth | byWeek : byMonth & byWeek) & (2 ** month.length - 1)
}

function monthOf(year: number, month: number): Month {
  const firstDay = Date.UTC(year, month - 1, 1) / DAY_MS
  const length = Date.UTC(year, month, 1) / DAY_MS - firstDay
  // The day that all are counted from, 1970-01-01, was a Thursday.
  return { length, startsOn: (firstDay + 4) % 7 }
}

function plainBits(days: readonly number[]): number {
  let bits = 0
  for (const day of days) bits |= 1 << (day - 1)
  return bits
}

function weekBits(daysOfWeek: readonly number[], { startsOn }: Month): number {
  let week = 0
  for (const day of daysOfWeek) week |= 1 << ((day - startsOn + 7) % 7)
  return week | (week << 7) | (week << 14) | (week << 21) | (week << 28)
}

function specialBits({ specialDays }: CrontabField, month: Month): number {
  let bits = 0
  for (const special of specialDays) {
    const day = specialDayIn(special, month)
    if (day !== undefined) bits |= 1 << (day - 1)
  }
  return bits
}

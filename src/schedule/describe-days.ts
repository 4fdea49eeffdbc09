import { type CrontabDays, isEitherEnough } from './crontab-days.js'
import type { CrontabField } from './crontab-field.js'
import type { SpecialDay } from './crontab-special-day.js'
import { DAY_OF_MONTH, DAY_OF_WEEK, MONTH } from './crontab-unit.js'
import { describeNumbers, joinWords } from './describe-list.js'
import type { DayRule } from './schedule.js'

/** The dates of a crontab: `every day`, `on Monday to Friday`, `on day 1 of the month or on Monday`. */
export function describeDays(days: CrontabDays, rule: DayRule): string {
  const { daysOfMonth, daysOfWeek } = days
  const months = isAll(days.months, MONTH.size) ? undefined : describeNumbers(days.months.values, monthName)
  const inMonths = months === undefined ? '' : ` in ${months}`
  const ofMonths = `of ${months ?? 'the month'}`
  const allOfMonth = isAll(daysOfMonth, DAY_OF_MONTH.size)
  const allOfWeek = isAll(daysOfWeek, DAY_OF_WEEK.size)
  const isEither = isEitherEnough(days, rule)
  if (isEither ? allOfMonth || allOfWeek : allOfMonth && allOfWeek) return `every day${inMonths}`
  const byMonth = `on ${joinWords(monthDays(daysOfMonth, ofMonths))}`
  if (allOfWeek) return byMonth
  const byWeek = `on ${joinWords(weekDays(daysOfWeek, inMonths, ofMonths))}`
  if (allOfMonth) return byWeek
  if (isEither) return `${byMonth} or ${byWeek}`
  return `${byMonth} and only if it is ${joinWords(weekConditions(daysOfWeek, ofMonths), 'or')}`
}

const isAll = (field: CrontabField, size: number): boolean => field.values.length === size

function monthDays({ values, specialDays }: CrontabField, ofMonths: string): string[] {
  const plain = values.length === 0 ? [] : [`day ${describeNumbers(values)} ${ofMonths}`]
  return [...plain, ...specialDays.map((special) => specialDay(special, ofMonths))]
}

function weekDays({ values, specialDays }: CrontabField, inMonths: string, ofMonths: string): string[] {
  const plain = values.length === 0 ? [] : [`${describeNumbers(fromMonday(values), dayName)}${inMonths}`]
  return [...plain, ...specialDays.map((special) => specialDay(special, ofMonths))]
}

function weekConditions({ values, specialDays }: CrontabField, ofMonths: string): string[] {
  const plain = fromMonday(values).map((day, index) => (index === 0 ? `a ${dayName(day)}` : dayName(day)))
  return [...plain, ...specialDays.map((special) => specialDay(special, ofMonths))]
}

const NTH = ['', 'first', 'second', 'third', 'fourth', 'fifth']

function specialDay(special: SpecialDay, ofMonths: string): string {
  switch (special.kind) {
    case 'before-last':
      return special.days === 0 ? `the last day ${ofMonths}` : `${daysBefore(special.days)} the last day ${ofMonths}`
    case 'last-working-day':
      return `the last working day ${ofMonths}`
    case 'nearest-working-day':
      return `the working day nearest to day ${special.day} ${ofMonths}`
    case 'nth':
      return `the ${NTH[special.nth]} ${dayName(special.dayOfWeek)} ${ofMonths}`
    case 'last':
      return `the last ${dayName(special.dayOfWeek)} ${ofMonths}`
  }
}

const daysBefore = (days: number): string => (days === 1 ? 'the day before' : `the day ${days} days before`)

/** Sunday as 7, after Saturday, so that a weekend is named in its order. */
const fromMonday = (days: readonly number[]): number[] => days.map((day) => day || 7).sort((a, b) => a - b)

const dayName = (day: number): string => capitalized(DAY_OF_WEEK.names[day % 7])
const monthName = (month: number): string => capitalized(MONTH.names[month - 1])
const capitalized = (word = ''): string => word.charAt(0).toUpperCase() + word.slice(1)

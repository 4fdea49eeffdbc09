import { type CrontabUnit, DAY_OF_MONTH, DAY_OF_WEEK, readUnit } from './crontab-unit.js'

/** A day that each month has somewhere else. Days of the week are counted from Sunday, 0. */
export type SpecialDay =
  /** `L` (no days) and `L-3`. */
  | { readonly kind: 'before-last'; readonly days: number }
  /** `15W`: the working day, Monday to Friday, nearest to the day, within its month. */
  | { readonly kind: 'nearest-working-day'; readonly day: number }
  /** `LW` */
  | { readonly kind: 'last-working-day' }
  /** `5#2` */
  | { readonly kind: 'nth'; readonly dayOfWeek: number; readonly nth: number }
  /** `5L` */
  | { readonly kind: 'last'; readonly dayOfWeek: number }

/** One month of one year, as far as a calendar needs it. */
export interface Month {
  /** How many days it has. */
  readonly length: number
  /** The day of the week of its first day. */
  readonly startsOn: number
}

/** Reads a special day in lower case; undefined for all else. */
export function readSpecialDay(text: string, unit: CrontabUnit): SpecialDay | undefined {
  if (unit === DAY_OF_MONTH) return readInMonth(text)
  if (unit === DAY_OF_WEEK) return readInWeek(text)
  return undefined
}

function readInMonth(text: string): SpecialDay | undefined {
  if (text === 'l') return { kind: 'before-last', days: 0 }
  if (text === 'lw') return { kind: 'last-working-day' }
  if (text.startsWith('l-')) {
    const days = readUnit(text.slice(2), DAY_OF_MONTH)
    return days === undefined || days > 30 ? undefined : { kind: 'before-last', days }
  }
  if (!text.endsWith('w')) return undefined
  const day = readUnit(text.slice(0, -1), DAY_OF_MONTH)
  return day === undefined ? undefined : { kind: 'nearest-working-day', day }
}

function readInWeek(text: string): SpecialDay | undefined {
  if (text.endsWith('l')) {
    const day = readUnit(text.slice(0, -1), DAY_OF_WEEK)
    return day === undefined ? undefined : { kind: 'last', dayOfWeek: day % 7 }
  }
  if (text.at(-2) !== '#') return undefined
  const day = readUnit(text.slice(0, -2), DAY_OF_WEEK)
  const nth = '12345'.indexOf(text.slice(-1)) + 1
  return day === undefined || nth === 0 ? undefined : { kind: 'nth', dayOfWeek: day % 7, nth }
}

/** The day's number in a month; undefined in a month that does not have it. */
export function specialDayIn(special: SpecialDay, month: Month): number | undefined {
  switch (special.kind) {
    case 'before-last':
      return withinMonth(month.length - special.days, month)
    case 'last-working-day':
      return nearestWorkingDay(month.length, month)
    case 'nearest-working-day':
      return special.day > month.length ? undefined : nearestWorkingDay(special.day, month)
    case 'nth':
      return withinMonth(firstOf(special.dayOfWeek, month) + 7 * (special.nth - 1), month)
    case 'last': {
      const first = firstOf(special.dayOfWeek, month)
      return first + 7 * Math.floor((month.length - first) / 7)
    }
  }
}

const withinMonth = (day: number, month: Month) => (day >= 1 && day <= month.length ? day : undefined)

const firstOf = (dayOfWeek: number, month: Month) => 1 + ((dayOfWeek - month.startsOn + 7) % 7)

function nearestWorkingDay(day: number, { length, startsOn }: Month): number {
  const dayOfWeek = (startsOn + day - 1) % 7
  if (dayOfWeek === 6) return day === 1 ? 3 : day - 1
  if (dayOfWeek === 0) return day === length ? day - 2 : day + 1
  return day
}

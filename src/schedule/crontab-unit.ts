import { nearest } from '../errors/nearest.js'

/** What one field of a crontab counts. */
export interface CrontabUnit {
  /** As people say it. */
  readonly name: string
  readonly min: number
  /** The highest number that may be written. */
  readonly max: number
  /** How many values there are; less than the numbers where one value has two, as Sunday has. */
  readonly size: number
  /** In the order of their numbers, in full; their first three letters mean the same. */
  readonly names: readonly string[]
  /** What else may be written, for messages. */
  readonly more: string
}

const MONTHS = 'january february march april may june july august september october november december'.split(' ')
const DAYS = 'sunday monday tuesday wednesday thursday friday saturday'.split(' ')

const unit = (name: string, min: number, max: number, rest: Partial<CrontabUnit> = {}): CrontabUnit => ({
  name,
  min,
  max,
  size: max - min + 1,
  names: [],
  more: '',
  ...rest,
})

export const SECOND = unit('second', 0, 59)
export const MINUTE = unit('minute', 0, 59)
export const HOUR = unit('hour', 0, 23)
export const DAY_OF_MONTH = unit('day of month', 1, 31, { more: ', L, L-3, 15W or LW' })
export const MONTH = unit('month', 1, 12, { names: MONTHS })
/** 0 and 7 are Sunday. */
export const DAY_OF_WEEK = unit('day of week', 0, 7, { size: 7, names: DAYS, more: ', 5#2 or 5L' })

/** What a field may be, for messages. */
export function unitForm({ name, min, max, names, more }: CrontabUnit): string {
  const word = names[1] === undefined ? '' : ` or a name such as ${names[1].slice(0, 3)}`
  const range = names.length === 0 ? '10-20' : `${names[1]?.slice(0, 3)}-${names[5]?.slice(0, 3)}`
  const number = `a number from ${min} to ${max}${word}`
  return `${name}: ${number}, *, a range (${range}), a step (*/2)${more}, or a list of these`
}

const NUMBER = /^\d{1,4}$/

/** Reads a number or a name in lower case; undefined for what is none, or out of range. */
export function readUnit(text: string, { min, max, names }: CrontabUnit): number | undefined {
  if (NUMBER.test(text)) {
    const number = Number(text)
    return number >= min && number <= max ? number : undefined
  }
  const index = names.findIndex((name) => name === text || name.slice(0, 3) === text)
  return index === -1 ? undefined : index + min
}

/** The name that was most likely meant, as it is written in crontabs. */
export function nearestName(text: string, { names }: CrontabUnit): string | undefined {
  return (
    nearest(
      text,
      names.map((name) => name.slice(0, 3)),
    ) ?? nearest(text, names)
  )
}

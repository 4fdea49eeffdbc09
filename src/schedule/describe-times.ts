import type { Crontab } from './crontab.js'
import { describeNumbers, evenStep, joinWords } from './describe-list.js'

/** More times of a day than these are not named one by one. */
const MAX_NAMED = 4

/** The times of day of a crontab, and whether they are named one by one. */
export interface DescribedTimes {
  /** `at 03:00`, `every 15 minutes from 09:00 to 17:59`, `at minute 5 of every hour` */
  readonly text: string
  readonly isNamed: boolean
}

/** Tells the times of day of a crontab in words. */
export function describeTimes(crontab: Crontab): DescribedTimes {
  const { seconds, minutes, hours } = valuesOf(crontab)
  if (seconds.length * minutes.length * hours.length <= MAX_NAMED) {
    return { text: `at ${joinWords(namedTimes(crontab))}`, isNamed: true }
  }
  const everyHour = hours.length === 24
  const isOnTheHour = isZero(minutes) && isZero(seconds)
  if (everyHour && isOnTheHour) return { text: 'every hour', isNamed: false }
  const rhythm = describeRhythm(minutes, seconds)
  if (rhythm !== undefined) return { text: `${rhythm}${everyHour ? '' : spanOfHours(hours)}`, isNamed: false }
  const ofHours = everyHour ? 'every hour' : counted('hour', 'the hours', hours)
  return { text: `at ${secondsOfMinutes(seconds, minutes)} of ${ofHours}`, isNamed: false }
}

const valuesOf = ({ seconds, minutes, hours }: Crontab) => ({
  seconds: seconds.values,
  minutes: minutes.values,
  hours: hours.values,
})

const isZero = (values: readonly number[]): boolean => values.length === 1 && values[0] === 0

function namedTimes(crontab: Crontab): string[] {
  const { seconds, minutes, hours } = valuesOf(crontab)
  const tails = isZero(seconds) ? [''] : seconds.map((second) => `:${twoDigits(second)}`)
  return hours.flatMap((hour) =>
    minutes.flatMap((minute) => tails.map((tail) => `${twoDigits(hour)}:${twoDigits(minute)}${tail}`)),
  )
}

const twoDigits = (value: number): string => String(value).padStart(2, '0')

/** What goes on through the whole hour alike, and on into the next; undefined when nothing does. */
function describeRhythm(minutes: readonly number[], seconds: readonly number[]): string | undefined {
  if (isZero(seconds)) return everyUnit(minutes, 'minute')
  if (minutes.length < 60) return undefined
  return everyUnit(seconds, 'second') ?? `at ${counted('second', 'seconds', seconds)} of every minute`
}

/** Steps that do not come out even at 60 are no rhythm: `*`/7 jumps from 56 to 0. */
function everyUnit(values: readonly number[], unit: string): string | undefined {
  const step = values[0] === 0 ? evenStep(values) : undefined
  if (step === undefined || step * values.length !== 60) return undefined
  return step === 1 ? `every ${unit}` : `every ${step} ${unit}s`
}

function spanOfHours(hours: readonly number[]): string {
  const [first = 0] = hours
  const last = hours.at(-1) ?? first
  if (last - first !== hours.length - 1) return ` in the hours ${describeNumbers(hours)}`
  return ` from ${twoDigits(first)}:00 to ${twoDigits(last)}:59`
}

function secondsOfMinutes(seconds: readonly number[], minutes: readonly number[]): string {
  const ofMinutes = counted('minute', 'minutes', minutes)
  if (isZero(seconds)) return ofMinutes
  return `${everyUnit(seconds, 'second') ?? counted('second', 'seconds', seconds)} of ${ofMinutes}`
}

const counted = (one: string, many: string, values: readonly number[]): string =>
  `${values.length === 1 ? one : many} ${describeNumbers(values)}`

import fc from 'fast-check'

/** A crontab made at random, with its meaning told apart from its text: nothing of it was parsed. */
export interface RandomCrontab {
  readonly pattern: string
  readonly days: 'either' | 'both'
  readonly hoursRunOverAll: boolean
  /** A time on the wall, given as though in UTC. */
  matchesDate(wall: Date): boolean
  matchesTime(wall: Date): boolean
}

interface Part<T> {
  readonly text: string
  readonly runsOverAll: boolean
  has(value: T): boolean
}

interface Unit {
  readonly min: number
  readonly max: number
  readonly names?: readonly string[]
}

const MONTHS = ['jan', 'feb', 'Mar', 'APR', 'may', 'june', 'jul', 'August', 'sep', 'oct', 'nov', 'december']
const DAYS = ['sun', 'Monday', 'tue', 'WED', 'thu', 'fri', 'saturday']

function number({ min, max, names }: Unit): fc.Arbitrary<{ value: number; text: string }> {
  return fc.tuple(fc.integer({ min, max }), fc.boolean()).map(([value, named]) => {
    return { value, text: (named && names?.[value - min]) || String(value) }
  })
}

function plainPart(unit: Unit): fc.Arbitrary<Part<number>> {
  const size = unit.max - unit.min + 1
  const step = fc.integer({ min: 1, max: size - 1 })
  const all = (every: number) => (value: number) => (value - unit.min) % every === 0
  return fc.oneof(
    fc.constant({ text: '*', runsOverAll: true, has: () => true }),
    step.map((every) => ({ text: `*/${every}`, runsOverAll: true, has: all(every) })),
    number(unit).map((one) => ({ text: one.text, runsOverAll: false, has: (value: number) => value === one.value })),
    fc.tuple(number(unit), step).map(([from, every]) => ({
      text: `${from.text}/${every}`,
      runsOverAll: from.value === unit.min,
      has: (value: number) => value >= from.value && (value - from.value) % every === 0,
    })),
    fc.tuple(number(unit), number(unit), fc.option(step)).map(([from, to, every]) => {
      const length = ((to.value - from.value + size) % size) + 1
      const place = (value: number) => (value - from.value + size) % size
      return {
        text: `${from.text}-${to.text}${every === null ? '' : `/${every}`}`,
        runsOverAll: length === size,
        has: (value: number) => place(value) < length && place(value) % (every ?? 1) === 0,
      }
    }),
  )
}

const plainField = (unit: Unit) => listOf(fc.array(plainPart(unit), { minLength: 1, maxLength: 3 }))

function listOf<T>(parts: fc.Arbitrary<Part<T>[]>): fc.Arbitrary<Part<T>> {
  return parts.map((list) => ({
    text: list.map((part) => part.text).join(','),
    runsOverAll: list.some((part) => part.runsOverAll),
    has: (value: T) => list.some((part) => part.has(value)),
  }))
}

const daysInMonth = (date: Date) => new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate()
const isWorkingDay = (date: Date) => date.getUTCDay() % 6 !== 0
const sameMonth = (date: Date, day: number) => new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), day))

/** The working days of the month, those nearest to a day first. */
function workingDaysBy(date: Date, day: number): number[] {
  const all = Array.from({ length: daysInMonth(date) }, (_, index) => index + 1)
  const working = all.filter((one) => isWorkingDay(sameMonth(date, one)))
  return working.sort((a, b) => Math.abs(a - day) - Math.abs(b - day))
}

const special = (text: string, has: (date: Date) => boolean): Part<Date> => ({ text, runsOverAll: false, has })

const specialOfMonth: fc.Arbitrary<Part<Date>> = fc.oneof(
  fc.constant(special('L', (date) => date.getUTCDate() === daysInMonth(date))),
  fc.constant(special('lw', (date) => date.getUTCDate() === Math.max(...workingDaysBy(date, 1)))),
  fc.integer({ min: 1, max: 30 }).map((n) => special(`L-${n}`, (date) => date.getUTCDate() === daysInMonth(date) - n)),
  fc
    .integer({ min: 1, max: 31 })
    .map((n) => special(`${n}W`, (date) => n <= daysInMonth(date) && date.getUTCDate() === workingDaysBy(date, n)[0])),
)

const specialOfWeek: fc.Arbitrary<Part<Date>> = fc
  .tuple(number({ min: 0, max: 6, names: DAYS }), fc.integer({ min: 0, max: 5 }))
  .map(([day, nth]) =>
    special(nth === 0 ? `${day.text}L` : `${day.text}#${nth}`, (date) => {
      const isNth = Math.ceil(date.getUTCDate() / 7) === nth
      const isLast = date.getUTCDate() + 7 > daysInMonth(date)
      return date.getUTCDay() === day.value && (nth === 0 ? isLast : isNth)
    }),
  )

const star = fc.constantFrom('*', '?').map((text): Part<Date> => ({ text, runsOverAll: true, has: () => true }))

function dayField(unit: Unit, read: (date: Date) => number, specials: fc.Arbitrary<Part<Date>>) {
  const plain = plainPart(unit).map((part): Part<Date> => ({ ...part, has: (date) => part.has(read(date)) }))
  const list = listOf(fc.array(fc.oneof(plain, specials), { minLength: 1, maxLength: 3 }))
  return fc.oneof(star, plain, list)
}

const minuteOrSecond = plainField({ min: 0, max: 59 })

/** Patterns of all kinds; some are never due. */
export const randomCrontab: fc.Arbitrary<RandomCrontab> = fc
  .record({
    second: fc.oneof({ arbitrary: fc.constant(null), weight: 3 }, { arbitrary: minuteOrSecond, weight: 1 }),
    minute: minuteOrSecond,
    hour: plainField({ min: 0, max: 23 }),
    dayOfMonth: dayField({ min: 1, max: 31 }, (date) => date.getUTCDate(), specialOfMonth),
    month: fc.oneof(star, fc.constant(null), plainField({ min: 1, max: 12, names: MONTHS })),
    dayOfWeek: dayField({ min: 0, max: 6, names: DAYS }, (date) => date.getUTCDay(), specialOfWeek),
    days: fc.constantFrom('either' as const, 'both' as const),
  })
  .map(({ second, minute, hour, dayOfMonth, month, dayOfWeek, days }) => {
    const months = month === null || month.text === '?' ? undefined : (month as Part<number>)
    const texts = [minute.text, hour.text, dayOfMonth.text, months?.text ?? '*', dayOfWeek.text]
    const isRestricted = (field: Part<Date>) => !/^[*?]/.test(field.text)
    const isEither = days === 'either' && isRestricted(dayOfMonth) && isRestricted(dayOfWeek)
    return {
      pattern: (second === null ? texts : [second.text, ...texts]).join(' '),
      days,
      hoursRunOverAll: hour.runsOverAll,
      matchesDate(wall: Date) {
        if (months !== undefined && !months.has(wall.getUTCMonth() + 1)) return false
        const [byMonth, byWeek] = [dayOfMonth.has(wall), dayOfWeek.has(wall)]
        return isEither ? byMonth || byWeek : byMonth && byWeek
      },
      matchesTime(wall: Date) {
        const inSecond = second === null ? wall.getUTCSeconds() === 0 : second.has(wall.getUTCSeconds())
        return inSecond && minute.has(wall.getUTCMinutes()) && hour.has(wall.getUTCHours())
      },
    }
  })

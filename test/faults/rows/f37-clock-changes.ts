import { createCrontabTimetable } from '../../../dist/schedule/crontab-next.js'
import type { Timetable } from '../../../dist/schedule/schedule.js'
import type { FaultRow } from '../kit/row.ts'

const FROM = Date.UTC(2020, 0, 1)
const TO = Date.UTC(2036, 0, 1)
const HOUR = 3_600_000
const DAY = 24 * HOUR
/** On each date of all years. */
const MIDNIGHT = '0 0 * * *'
/** On the dates around each change: away from them, one daily schedule is like another. */
const OTHERS = ['30 2 * * *', '0 1 * * *', '0 12 * * *']
const AROUND = 3 * DAY

export const row: FaultRow = {
  id: 'F37',
  fault: 'clocks go forward and back: all zones, 2020 to 2035',
  promise: 'a daily schedule is due once on each date of its zone, an hourly one in each real hour',
  repetitions: 1,
  async run(kit) {
    const zones = Intl.supportedValuesOf('timeZone')
    let dates = 0
    let changes = 0
    const wrongDates: string[] = []
    const wrongHours: string[] = []
    for (const tz of zones) {
      const offsetAt = offsets(tz)
      const around = changesOf(offsetAt)
      changes += around.length
      const walk = (pattern: string, from: number, to: number) => {
        const timetable = createCrontabTimetable({ kind: 'crontab', pattern, tz, days: 'either' })
        dates += walkDates(timetable, offsetAt, [from, to], (date) => wrongDates.push(`${tz} ${pattern} ${date}`))
      }
      walk(MIDNIGHT, FROM, TO)
      for (const pattern of OTHERS) for (const at of around) walk(pattern, at - AROUND, at + AROUND)
      const hourly = createCrontabTimetable({ kind: 'crontab', pattern: '0 * * * *', tz, days: 'either' })
      for (const at of around)
        if (!isEachHour(hourly, offsetAt, at)) wrongHours.push(`${tz} ${new Date(at).toISOString()}`)
      // Others run beside this row.
      await new Promise(setImmediate)
    }
    kit.measure('zones', zones.length, { atLeast: 400 })
    kit.measure('changes of a clock', changes, { atLeast: 1000 })
    kit.measure('dates', dates, { atLeast: zones.length * 5843 })
    kit.measure('dates left out or doubled', wrongDates.length, { exactly: 0 })
    kit.measure('changes with an hour left out or doubled', wrongHours.length, { exactly: 0 })
    if (wrongDates.length + wrongHours.length > 0)
      throw new Error([...wrongDates, ...wrongHours].slice(0, 10).join('\n'))
  },
}

type OffsetAt = (ms: number) => number

/** What ICU says of a zone, beside what taskq makes of it; hour by hour, which is all that clocks change at. */
function offsets(tz: string): OffsetAt {
  const format = new Intl.DateTimeFormat('en-US', { timeZone: tz, timeZoneName: 'longOffset' })
  const known = new Map<number, number>()
  return (ms) => {
    const day = Math.floor(ms / DAY)
    const [from, to] = [read(day * DAY), read((day + 1) * DAY)]
    return from === to ? from : readNow(Math.floor(ms / (HOUR / 4)) * (HOUR / 4))
  }
  function read(at: number): number {
    const found = known.get(at) ?? readNow(at)
    known.set(at, found)
    return found
  }
  function readNow(at: number): number {
    const [, sign, hours = '0', minutes = '0'] = /GMT(?:([+-])(\d\d):(\d\d))?/.exec(format.format(at)) ?? []
    return (sign === '-' ? -1 : 1) * (Number(hours) * HOUR + Number(minutes) * 60_000)
  }
}

/** The beginnings of the days within which a clock changes. */
function changesOf(offsetAt: OffsetAt): number[] {
  const found: number[] = []
  for (let day = FROM; day < TO; day += DAY) if (offsetAt(day) !== offsetAt(day + DAY)) found.push(day)
  return found
}

/** Counts the dates; each must follow the one before. */
function walkDates(
  timetable: Timetable,
  offsetAt: OffsetAt,
  [from, to]: readonly [number, number],
  onWrong: (date: string) => void,
): number {
  let count = 0
  let before: number | undefined
  for (let at = timetable.next(from); at !== undefined && at < to; at = timetable.next(at)) {
    const date = Math.floor((at + offsetAt(at)) / DAY)
    if (before !== undefined && date !== before + 1) onWrong(new Date(at).toISOString())
    before = date
    count++
  }
  return count
}

/** Whether it is due at each full hour of the wall, and so once in each real hour, around a change. */
function isEachHour(timetable: Timetable, offsetAt: OffsetAt, day: number): boolean {
  const wanted: number[] = []
  for (let at = day - 3 * HOUR; at < day + DAY + 3 * HOUR; at += HOUR / 4) {
    if ((at + offsetAt(at)) % HOUR === 0) wanted.push(at)
  }
  let at: number | undefined = (wanted[0] ?? 0) - 1
  return wanted.every((want) => {
    at = timetable.next(at ?? 0)
    return at === want
  })
}

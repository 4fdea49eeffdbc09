import { createCrontabTimetable } from '../../../dist/schedule/crontab-next.js'
import type { Timetable } from '../../../dist/schedule/schedule.js'
import type { FaultRow } from '../kit/row.ts'

const FROM = Date.UTC(2020, 0, 1)
const TO = Date.UTC(2036, 0, 1)
const HOUR = 3_600_000
const DAY = 24 * HOUR
/** On each date of all years, once for all zones that had and have the same clocks in them. */
const MIDNIGHT = '0 0 * * *'
/** On the dates around each change: away from them, one daily schedule is like another. */
const AROUND_CHANGES = [MIDNIGHT, '30 2 * * *', '0 1 * * *', '0 12 * * *']
const AROUND = 3 * DAY

export const row: FaultRow = {
  id: 'F37',
  fault: 'clocks go forward and back: all zones, 2020 to 2035',
  promise: 'a daily schedule is due once on each date of its zone, an hourly one in each real hour',
  repetitions: 1,
  async run(kit) {
    const zones = Intl.supportedValuesOf('timeZone')
    const found: Found = { dates: 0, changes: 0, clocks: new Set(), wrongDates: [], wrongHours: [] }
    for (const tz of zones) {
      walkZone(tz, found)
      // Others run beside this row.
      await new Promise(setImmediate)
    }
    const { dates, changes, clocks, wrongDates, wrongHours } = found
    kit.measure('zones', zones.length, { atLeast: 400 })
    kit.measure('kinds of clocks', clocks.size, { atLeast: 50 })
    kit.measure('changes of a clock', changes, { atLeast: 1000 })
    kit.measure('dates', dates, { atLeast: clocks.size * 5843 })
    kit.measure('dates left out or doubled', wrongDates.length, { exactly: 0 })
    kit.measure('changes with an hour left out or doubled', wrongHours.length, { exactly: 0 })
    const wrong = [...wrongDates, ...wrongHours]
    if (wrong.length > 0) throw new Error(wrong.slice(0, 10).join('\n'))
  },
}

/** What was seen in all zones. */
interface Found {
  dates: number
  changes: number
  /** What tells zones apart whose clocks were not always the same. */
  readonly clocks: Set<string>
  readonly wrongDates: string[]
  readonly wrongHours: string[]
}

function walkZone(tz: string, found: Found): void {
  const offsetAt = offsets(tz)
  const around = changesOf(offsetAt)
  found.changes += around.length
  const walk = (pattern: string, from: number, to: number) => {
    const timetable = createCrontabTimetable({ kind: 'crontab', pattern, tz, days: 'either' })
    const onWrong = (date: string) => found.wrongDates.push(`${tz} ${pattern} ${date}`)
    found.dates += walkDates(timetable, offsetAt, [from, to], onWrong)
  }
  const clocks = [FROM, ...around.flatMap((at) => [at, at + DAY])].map((at) => `${at}:${offsetAt(at)}`).join()
  if (!found.clocks.has(clocks)) walk(MIDNIGHT, FROM, TO)
  found.clocks.add(clocks)
  for (const pattern of AROUND_CHANGES) for (const at of around) walk(pattern, at - AROUND, at + AROUND)
  const hourly = createCrontabTimetable({ kind: 'crontab', pattern: '0 * * * *', tz, days: 'either' })
  const wrong = around.filter((at) => !isEachHour(hourly, offsetAt, at))
  found.wrongHours.push(...wrong.map((at) => `${tz} ${new Date(at).toISOString()}`))
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

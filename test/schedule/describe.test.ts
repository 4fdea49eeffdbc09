import { describe, expect, test } from 'vitest'
import { parseCrontab } from '../../src/schedule/crontab.js'
import { createCrontabTimetable } from '../../src/schedule/crontab-next.js'
import { describeSchedule } from '../../src/schedule/describe.js'
import { dstMark } from '../../src/schedule/describe-dst.js'
import type { CrontabSchedule, DayRule } from '../../src/schedule/schedule.js'
import { formatInZone, parseInstant } from '../../src/time/zone.js'

const crontab = (pattern: string, days: DayRule = 'either', tz = 'UTC'): CrontabSchedule => {
  return { kind: 'crontab', pattern, tz, days }
}

const words = (pattern: string, days?: DayRule): string =>
  describeSchedule(crontab(pattern, days)).replace(/, UTC$/, '')

describe('describeSchedule', () => {
  test('tells the zone of a crontab', () => {
    expect(describeSchedule(crontab('0 3 * * *', 'either', 'Europe/Berlin'))).toBe('at 03:00 every day, Europe/Berlin')
  })

  test.each([
    ['* * * * *', 'every minute'],
    ['* * * * * *', 'every second'],
    ['*/10 * * * * *', 'every 10 seconds'],
    ['*/7 * * * * *', 'at seconds 0, 7, 14 … 56 of every minute'],
    ['*/15 * * * *', 'every 15 minutes'],
    ['0,15,30,45 * * * *', 'every 15 minutes'],
    ['*/7 * * * *', 'at minutes 0, 7, 14 … 56 of every hour'],
    ['5/15 * * * *', 'at minutes 5, 20, 35 and 50 of every hour'],
    ['0 * * * *', 'every hour'],
    ['@hourly', 'every hour'],
    ['5 * * * *', 'at minute 5 of every hour'],
    ['30 5 * * * *', 'at second 30 of minute 5 of every hour'],
    ['* 5 * * * *', 'at every second of minute 5 of every hour'],
    ['15,45 * * * * *', 'at seconds 15 and 45 of every minute'],
    ['0 */2 * * *', 'at minute 0 of the hours 0, 2, 4 … 22'],
    ['*/15 9-17 * * *', 'every 15 minutes from 09:00 to 17:59'],
    ['* 2 * * *', 'every minute from 02:00 to 02:59'],
    ['*/30 22-2 * * *', 'every 30 minutes in the hours 0 to 2, 22 and 23'],
    ['7 9-17 * * *', 'at minute 7 of the hours 9 to 17'],
    ['1-5 2 * * *', 'at minutes 1 to 5 of hour 2'],
    ['0 0 * * *', 'at 00:00 every day'],
    ['0 */12 * * *', 'at 00:00 and 12:00 every day'],
    ['30 9,17 * * *', 'at 09:30 and 17:30 every day'],
    ['0,30 9,17 * * *', 'at 09:00, 09:30, 17:00 and 17:30 every day'],
    ['15 0 3 * * *', 'at 03:00:15 every day'],
    ['30 9 * * 1-5', 'at 09:30 on Monday to Friday'],
    ['0 9 * * sat,sun', 'at 09:00 on Saturday and Sunday'],
    ['0 9 * * fri-mon', 'at 09:00 on Monday and Friday to Sunday'],
    ['0 9 * * 0-7', 'at 09:00 every day'],
    ['0 0 1 * *', 'at 00:00 on day 1 of the month'],
    ['0 0 1-7,15 * *', 'at 00:00 on day 1 to 7 and 15 of the month'],
    ['0 0 */2 * *', 'at 00:00 on day 1, 3, 5 … 31 of the month'],
    ['0 0 L * *', 'at 00:00 on the last day of the month'],
    ['0 0 L-1 * *', 'at 00:00 on the day before the last day of the month'],
    ['0 0 L-3 * *', 'at 00:00 on the day 3 days before the last day of the month'],
    ['0 0 1,L * *', 'at 00:00 on day 1 of the month and the last day of the month'],
    ['0 0 15W * *', 'at 00:00 on the working day nearest to day 15 of the month'],
    ['0 0 LW * *', 'at 00:00 on the last working day of the month'],
    ['0 0 * * 5#2', 'at 00:00 on the second Friday of the month'],
    ['0 0 * * 7L', 'at 00:00 on the last Sunday of the month'],
    ['0 0 1 1 *', 'at 00:00 on day 1 of January'],
    ['0 0 29 2 *', 'at 00:00 on day 29 of February'],
    ['0 0 1 */3 *', 'at 00:00 on day 1 of January, April, July and October'],
    ['0 0 * 6-8 *', 'at 00:00 every day in June to August'],
    ['*/5 * * 12 *', 'every 5 minutes every day in December'],
    ['*/5 * * * mon', 'every 5 minutes on Monday'],
    ['0 0 * 3 mon', 'at 00:00 on Monday in March'],
    ['0 0 * 3 mon#1', 'at 00:00 on the first Monday of March'],
    ['0 0 1-31 * 1', 'at 00:00 every day'],
    ['0 0 15 * 0-6', 'at 00:00 every day'],
    ['0 0 */2 * 1', 'at 00:00 on day 1, 3, 5 … 31 of the month and only if it is a Monday'],
  ])('%s: %s', (pattern, text) => expect(words(pattern)).toBe(text))

  test.each([
    ['0 0 1-7 * 1', 'at 00:00 on day 1 to 7 of the month or on Monday', 'and only if it is a Monday'],
    ['0 0 13 1 fri', 'at 00:00 on day 13 of January or on Friday in January', 'and only if it is a Friday'],
    [
      '0 0 1 * 6-7',
      'at 00:00 on day 1 of the month or on Saturday and Sunday',
      'and only if it is a Saturday or Sunday',
    ],
    [
      '0 0 L * 1-5',
      'at 00:00 on the last day of the month or on Monday to Friday',
      'and only if it is a Monday, Tuesday, Wednesday, Thursday or Friday',
    ],
    [
      '0 0 8 * 1,5L',
      'at 00:00 on day 8 of the month or on Monday and the last Friday of the month',
      'and only if it is a Monday or the last Friday of the month',
    ],
  ])('%s by either rule', (pattern, either, both) => {
    expect(words(pattern, 'either')).toBe(either)
    expect(words(pattern, 'both')).toBe(`${either.split(' or on ')[0]} ${both}`)
  })

  test.each([
    [10_000, 'every 10 s'],
    [1, 'every 1 ms'],
    [1500, 'every 1 s 500 ms'],
    [90_000, 'every 1 min 30 s'],
    [3_600_000, 'every 1 h'],
    [90_061_001, 'every 1 d 1 h 1 min 1 s 1 ms'],
  ])('an interval of %d ms: %s', (everyMs, text) => {
    expect(describeSchedule({ kind: 'interval', everyMs, anchorMs: 7 })).toBe(text)
  })

  test('the sun', () => {
    const berlin = { kind: 'solar', latitude: 52.5200066, longitude: 13.404954 } as const
    expect(describeSchedule({ ...berlin, event: 'sunset' })).toBe('at sunset over 52.52° N, 13.4° E')
    expect(describeSchedule({ ...berlin, event: 'dawn_civil' })).toBe('at civil dawn over 52.52° N, 13.4° E')
    const lima = { kind: 'solar', event: 'solar_noon', latitude: -12.05, longitude: -77.04 } as const
    expect(describeSchedule(lima)).toBe('at solar noon over 12.05° S, 77.04° W')
  })

  test('a single time', () => {
    const once = { kind: 'clocked', atMs: Date.UTC(2026, 11, 24, 18) } as const
    expect(describeSchedule(once)).toBe('once, on 2026-12-24 18:00:00 UTC')
  })

  test('never says the same of what is due at different times', () => {
    const slotsByText = new Map<string, string>()
    for (const schedule of crontabs()) {
      const text = describeSchedule(schedule)
      const slots = someSlots(schedule)
      expect({ text, pattern: schedule.pattern, slots: slotsByText.get(text) ?? slots }).toEqual({
        text,
        pattern: schedule.pattern,
        slots,
      })
      slotsByText.set(text, slots)
    }
    expect(slotsByText.size).toBeGreaterThan(1000)
  })
})

const TIMES = ['0 0', '0 *', '*/15 *', '5/15 *', '0 3', '0,59 3', '* 3', '*/7 22-2', '0 */2', '* * *', '30 5 3']
const DAYS_OF_MONTH = ['*', '?', '1', '1-7', '*/2', '1-31', 'L', 'L-1', '15W,1']
const MONTHS = ['*', '2', '6-8', '1,7']
const DAYS_OF_WEEK = ['*', '1', '1-5', '0-6', '*/2', '5#2', '5L,1']

/** All that can be made of these fields, by both rules, but what is never due. */
function crontabs(): CrontabSchedule[] {
  const patterns = [TIMES, DAYS_OF_MONTH, MONTHS, DAYS_OF_WEEK].reduce((heads, fields) =>
    heads.flatMap((head) => fields.map((field) => `${head} ${field}`)),
  )
  const both = patterns.filter((pattern) => 'crontab' in parseCrontab(pattern, 'both'))
  return [...patterns.map((pattern) => crontab(pattern, 'either')), ...both.map((pattern) => crontab(pattern, 'both'))]
}

/** What comes next at places all over a year, at any time of day. */
function someSlots(schedule: CrontabSchedule): string {
  const timetable = createCrontabTimetable(schedule)
  const places = Array.from({ length: 60 }, (_, index) => Date.UTC(2026, 0, 1) + index * 6.07 * 86_400_000)
  return places.map((ms) => timetable.next(ms)).join()
}

describe('dstMark', () => {
  const marks = (pattern: string, tz: string, after: string, count: number) => {
    const schedule = crontab(pattern, 'either', tz)
    const timetable = createCrontabTimetable(schedule)
    let at = parseInstant(after, tz) as number
    return Array.from({ length: count }, () => {
      at = timetable.next(at) as number
      return [formatInZone(at, tz).slice(5, 16), dstMark(schedule, at)]
    })
  }

  const FORWARD = 'clock goes forward:'
  const BACK = 'clock goes back:'

  test.each([
    ['30 2 * * *', 'Europe/Berlin', '2026-03-27T12:00', ['', `${FORWARD} 02:30 does not exist`, '', '']],
    ['0 4 * * *', 'Europe/Berlin', '2026-03-27T12:00', ['', '', '']],
    ['*/15 2 * * *', 'Europe/Berlin', '2026-03-28T12:00', [`${FORWARD} 02:00 to 02:59 does not exist`, '', '']],
    ['0 * * * *', 'Europe/Berlin', '2026-03-29T00:30', ['', `${FORWARD} 02:00 does not exist`, '', '']],
    ['0 */2 * * *', 'Europe/Berlin', '2026-03-28T23:00', ['', `${FORWARD} 02:00 does not exist`, '']],
    ['15 30 2 * * *', 'Europe/Berlin', '2026-03-28T12:00', [`${FORWARD} 02:30:15 does not exist`, '']],
    ['30 2 * * *', 'Europe/Berlin', '2026-10-23T12:00', ['', `${BACK} first of two 02:30`, '']],
    ['0 3 * * *', 'Europe/Berlin', '2026-10-23T12:00', ['', '', '']],
    [
      '0 * * * *',
      'Europe/Berlin',
      '2026-10-25T01:30',
      [`${BACK} first of two 02:00`, `${BACK} second of two 02:00`, ''],
    ],
    ['0 0 * * *', 'America/Havana', '2026-03-06T12:00', ['', `${FORWARD} 00:00 does not exist`, '']],
    ['0 0 * * *', 'Pacific/Apia', '2011-12-28T12:00', ['', `${FORWARD} 2011-12-30 does not exist`, '']],
    ['0 12 * * *', 'Pacific/Apia', '2011-12-28T13:00', ['', `${FORWARD} 2011-12-30 does not exist`, '']],
    ['0 0 * * *', 'Asia/Kathmandu', '2026-03-28T12:00', ['', '', '']],
  ])('%s in %s after %s', (pattern, tz, after, expected) => {
    expect(marks(pattern, tz, after, expected.length).map(([, mark]) => mark ?? '')).toEqual(expected)
  })

  test('stands at the slot that it is about', () => {
    expect(marks('30 2 * * *', 'Europe/Berlin', '2026-03-28T12:00', 1)).toEqual([
      ['03-29 03:00', 'clock goes forward: 02:30 does not exist'],
    ])
  })

  test('says nothing of schedules without a zone', () => {
    const atMs = Date.UTC(2026, 9, 25, 0, 30)
    expect(dstMark({ kind: 'clocked', atMs }, atMs)).toBeUndefined()
    expect(dstMark({ kind: 'interval', everyMs: 1000, anchorMs: 0 }, atMs)).toBeUndefined()
    expect(dstMark({ kind: 'solar', event: 'sunset', latitude: 52, longitude: 13 }, atMs)).toBeUndefined()
  })
})

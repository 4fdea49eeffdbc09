import { describe, expect, test } from 'vitest'
import { createCrontabTimetable } from '../../src/schedule/crontab-next.js'
import type { DayRule } from '../../src/schedule/schedule.js'
import { formatInZone, parseInstant } from '../../src/time/zone.js'

const instant = (text: string, tz: string): number => parseInstant(text, tz) ?? Number.NaN

/** The slots from one time of the zone up to before another, as the zone writes them. */
function slots(pattern: string, tz: string, from: string, to: string, days: DayRule = 'either'): string[] {
  const timetable = createCrontabTimetable({ kind: 'crontab', pattern, tz, days })
  const found: string[] = []
  const end = instant(to, tz)
  for (let at = timetable.next(instant(from, tz) - 1); at !== undefined && at < end; at = timetable.next(at)) {
    found.push(formatInZone(at, tz))
  }
  return found
}

/** Only days and times, in UTC. */
const inUtc = (pattern: string, from: string, to: string, days?: DayRule): string[] =>
  slots(pattern, 'UTC', from, to, days).map((slot) => slot.replace(/:00 \+00:00$/, ''))

const hoursOf = (found: string[]): number[] => found.map((slot) => Number(slot.slice(11, 13)))
const datesOf = (found: string[]): string[] => found.map((slot) => slot.slice(0, 10))

describe('away from changes of the clock', () => {
  test('a slot later than a slot, never the same', () => {
    const timetable = createCrontabTimetable({ kind: 'crontab', pattern: '0 3 * * *', tz: 'UTC', days: 'either' })
    const slot = Date.UTC(2026, 0, 1, 3)
    expect(timetable.next(slot - 1)).toBe(slot)
    expect(timetable.next(slot - 0.5)).toBe(slot)
    expect(timetable.next(slot)).toBe(slot + 86_400_000)
    expect(timetable.next(slot + 0.5)).toBe(slot + 86_400_000)
  })

  test('seconds', () => {
    const found = slots('*/20 59 23 * * *', 'UTC', '2026-12-31T23:59:10', '2027-01-01T23:59:20')
    expect(found.map((slot) => slot.slice(0, 19))).toEqual([
      '2026-12-31 23:59:20',
      '2026-12-31 23:59:40',
      '2027-01-01 23:59:00',
    ])
  })

  test.each([
    ['0 0 L * *', ['2026-01-31', '2026-02-28', '2026-03-31']],
    ['0 0 L-3 * *', ['2026-01-28', '2026-02-25', '2026-03-28']],
    ['0 0 L-30 * *', ['2026-01-01', '2026-03-01']],
    // Sunday, February 1 · Saturday, February 28 · Sunday, March 1
    ['0 0 1W * *', ['2026-01-01', '2026-02-02', '2026-03-02']],
    ['0 0 28W * *', ['2026-01-28', '2026-02-27', '2026-03-27']],
    ['0 0 31W * *', ['2026-01-30', '2026-03-31']],
    ['0 0 LW * *', ['2026-01-30', '2026-02-27', '2026-03-31']],
    ['0 0 * * 5#2', ['2026-01-09', '2026-02-13', '2026-03-13']],
    ['0 0 * * 5#5', ['2026-01-30']],
    ['0 0 * * friL', ['2026-01-30', '2026-02-27', '2026-03-27']],
    ['0 0 1 * 5L', ['2026-01-01', '2026-01-30', '2026-02-01', '2026-02-27', '2026-03-01', '2026-03-27']],
    ['0 0 31 * *', ['2026-01-31', '2026-03-31']],
    ['0 0 30-2 2-3 *', ['2026-02-01', '2026-02-02', '2026-03-01', '2026-03-02', '2026-03-30', '2026-03-31']],
  ])('%s', (pattern, dates) => expect(datesOf(inUtc(pattern, '2026-01-01', '2026-04-01'))).toEqual(dates))

  test('the nearest working day of a Saturday the 1st and of a Sunday the 31st lies within the month', () => {
    expect(datesOf(inUtc('0 0 1W 8 *', '2026-01-01', '2027-01-01'))).toEqual(['2026-08-03'])
    expect(datesOf(inUtc('0 0 31W 5 *', '2026-01-01', '2027-01-01'))).toEqual(['2026-05-29'])
  })

  test('February 29, across the turn of a century, on a Monday too', () => {
    expect(datesOf(inUtc('0 0 29 2 *', '2093-01-01', '2109-01-01'))).toEqual(['2096-02-29', '2104-02-29', '2108-02-29'])
    expect(datesOf(inUtc('0 0 29 2 1', '2072-03-01', '2113-01-01', 'both'))).toEqual(['2112-02-29'])
  })
})

describe('the rule for days', () => {
  const fromTo = ['2026-06-01', '2026-06-22'] as const
  test.each<[string, DayRule, string[]]>([
    ['0 0 1-7 * 1', 'either', ['01', '02', '03', '04', '05', '06', '07', '08', '15']],
    ['0 0 1-7 * 1', 'both', ['01']],
    ['0 0 13 * fri', 'either', ['05', '12', '13', '19']],
    ['0 0 13 * fri', 'both', []],
    ['0 0 * * 1', 'either', ['01', '08', '15']],
    ['0 0 13 * *', 'both', ['13']],
    ['0 0 13 * ?', 'either', ['13']],
    // A field that begins with a star does not restrict, even if it leaves days out: both must match.
    ['0 0 */7 * 1', 'either', ['01', '08', '15']],
    ['0 0 2-30/2 * */3', 'either', ['06', '10', '14', '20']],
    ['0 0 1-31 * 1', 'either', Array.from({ length: 21 }, (_, day) => String(day + 1).padStart(2, '0'))],
  ])('%s, %s', (pattern, days, dates) => {
    expect(datesOf(inUtc(pattern, ...fromTo, days)).map((date) => date.slice(8))).toEqual(dates)
  })
})

/** https://docs.celeryq.dev/en/stable/userguide/periodic-tasks.html#crontab-schedules */
describe("Celery's examples", () => {
  const OCTOBER_4 = ['2026-10-04', '2026-10-05'] as const // a Sunday
  const count = (pattern: string, from: string, to: string) => inUtc(pattern, from, to, 'both').length
  const hours = (pattern: string) => hoursOf(inUtc(pattern, ...OCTOBER_4, 'both'))

  test.each([
    ['* * * * *', 'every minute', 1440],
    ['0 0 * * *', 'daily at midnight', 1],
    ['*/15 * * * *', 'every 15 minutes', 96],
    ['* * * * sunday', 'every minute on Sundays', 1440],
    ['* * * * sun', 'every minute on Sundays', 1440],
  ])('%s: %s', (pattern, _words, times) => expect(count(pattern, ...OCTOBER_4)).toBe(times))

  test.each([
    ['0 */3 * * *', [0, 3, 6, 9, 12, 15, 18, 21]],
    ['0 0,3,6,9,12,15,18,21 * * *', [0, 3, 6, 9, 12, 15, 18, 21]],
    ['0 */2,*/3 * * *', [0, 2, 3, 4, 6, 8, 9, 10, 12, 14, 15, 16, 18, 20, 21, 22]],
    ['0 */5 * * *', [0, 5, 10, 15, 20]],
    ['0 */3,8-17 * * *', [0, 3, 6, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 21]],
  ])('%s: at the hours %j', (pattern, expected) => expect(hours(pattern)).toEqual(expected))

  test('every ten minutes of three hours, on Thursdays and Fridays', () => {
    const found = inUtc('*/10 3,17,22 * * thu,fri', '2026-10-04', '2026-10-11', 'both')
    expect(new Set(datesOf(found))).toEqual(new Set(['2026-10-08', '2026-10-09']))
    expect(new Set(hoursOf(found))).toEqual(new Set([3, 17, 22]))
    expect(found).toHaveLength(2 * 3 * 6)
  })

  test.each([
    ['0 0 2 * *', 12],
    ['0 0 2-30/2 * *', 11 * 15 + 14],
    ['0 0 1-7,15-21 * *', 12 * 14],
    ['0 0 11 5 *', 1],
    ['0 0 * */3 *', 31 + 30 + 31 + 31],
  ])('%s: on %d days of 2026', (pattern, days) => expect(count(pattern, '2026-01-01', '2027-01-01')).toBe(days))
})

describe('bounds', () => {
  const timetable = createCrontabTimetable({ kind: 'crontab', pattern: '0 0 * * *', tz: 'UTC', days: 'either' })

  test('1970 is where slots begin', () => {
    for (const before of [-1, -1e12, Number.NEGATIVE_INFINITY]) expect(timetable.next(before)).toBe(0)
    const pacific = createCrontabTimetable({ kind: 'crontab', pattern: '0 0 * * *', tz: 'Pacific/Apia', days: 'both' })
    expect(pacific.next(-1)).toBe(11 * 3_600_000)
  })

  test('no slot after the year 9998, nor after what is no instant', () => {
    expect(timetable.next(Date.UTC(9998, 11, 30))).toBe(Date.UTC(9998, 11, 31))
    for (const after of [Date.UTC(9999, 0, 1), 8.64e15, Number.POSITIVE_INFINITY, Number.NaN]) {
      expect(timetable.next(after)).toBeUndefined()
    }
  })

  test('a schedule that cannot be read is refused', () => {
    const create = (pattern: string, tz: string) => () =>
      createCrontabTimetable({ kind: 'crontab', pattern, tz, days: 'either' })
    expect(create('0 24 * * *', 'UTC')).toThrow(/^pattern: expected hour: a number from 0 to 23/)
    expect(create('0 0 * * *', 'Mars/Base')).toThrow(
      new RangeError("tz: expected an IANA time zone such as 'Europe/Berlin' or 'UTC', got \"Mars/Base\""),
    )
  })

  test.each(['0 0 29 2 1', '59 59 23 29 2 0', '* * * 29 2 6', '0 0 0 31W 12 6#5,1L', '* */5 * 29 2 mon'])(
    'the next of %s is found within 5 ms, in any zone',
    (pattern) => {
      const zones = ['UTC', 'Asia/Gaza', 'Pacific/Chatham', 'Africa/Casablanca']
      for (const tz of zones) {
        const timetable = createCrontabTimetable({ kind: 'crontab', pattern, tz, days: 'both' })
        const times = [2072, 2080, 2096, 2150].map((year) => {
          const started = performance.now()
          timetable.next(Date.UTC(year, 2, 1))
          return performance.now() - started
        })
        expect(Math.min(...times)).toBeLessThan(5)
      }
    },
  )
})

import { describe, expect, test } from 'vitest'
import { createCrontabTimetable } from '../../src/schedule/crontab-next.js'
import { formatInZone, parseInstant } from '../../src/time/zone.js'

/** So many slots after a time of the zone, without their year, seconds and the minutes of their offset. */
function slotsAfter(pattern: string, tz: string, after: string, count: number): string[] {
  const timetable = createCrontabTimetable({ kind: 'crontab', pattern, tz, days: 'either' })
  const found: string[] = []
  let at = parseInstant(after, tz)
  while (found.length < count && at !== undefined) {
    at = timetable.next(at)
    if (at !== undefined) found.push(formatInZone(at, tz).replace(/^\d+-(.{11}):\d\d (.*?)(:00)?$/, '$1 $2'))
  }
  return found
}

describe('a crontab that names hours', () => {
  test.each([
    // The clock goes forward: 02:00 to 03:00.
    ['30 2 * * *', 'Europe/Berlin', '2026-03-27T12:00', ['03-28 02:30 +01', '03-29 03:00 +02', '03-30 02:30 +02']],
    ['0 2 * * *', 'Europe/Berlin', '2026-03-27T12:00', ['03-28 02:00 +01', '03-29 03:00 +02', '03-30 02:00 +02']],
    ['0 3 * * *', 'Europe/Berlin', '2026-03-27T12:00', ['03-28 03:00 +01', '03-29 03:00 +02', '03-30 03:00 +02']],
    ['30 2,3 * * *', 'Europe/Berlin', '2026-03-28T12:00', ['03-29 03:00 +02', '03-29 03:30 +02', '03-30 02:30 +02']],
    ['0 2,3 * * *', 'Europe/Berlin', '2026-03-28T12:00', ['03-29 03:00 +02', '03-30 02:00 +02', '03-30 03:00 +02']],
    ['*/15 2 * * *', 'Europe/Berlin', '2026-03-28T12:00', ['03-29 03:00 +02', '03-30 02:00 +02', '03-30 02:15 +02']],
    ['*/15 1-2 * * *', 'Europe/Berlin', '2026-03-29T01:30', ['03-29 01:45 +01', '03-29 03:00 +02', '03-30 01:00 +02']],
    ['30 2 * * *', 'America/New_York', '2026-03-07T12:00', ['03-08 03:00 -04', '03-09 02:30 -04']],
    // The clock goes back: 03:00 to 02:00.
    ['30 2 * * *', 'Europe/Berlin', '2026-10-24T12:00', ['10-25 02:30 +02', '10-26 02:30 +01']],
    ['0 3 * * *', 'Europe/Berlin', '2026-10-24T12:00', ['10-25 03:00 +01', '10-26 03:00 +01']],
    ['*/30 2 * * *', 'Europe/Berlin', '2026-10-24T12:00', ['10-25 02:00 +02', '10-25 02:30 +02', '10-26 02:00 +01']],
    ['30 1 * * *', 'America/New_York', '2026-10-31T12:00', ['11-01 01:30 -04', '11-02 01:30 -05']],
    // Midnight does not exist, or comes twice.
    ['0 0 * * *', 'America/Havana', '2026-03-07T12:00', ['03-08 01:00 -04', '03-09 00:00 -04']],
    ['0 0 * * *', 'America/Havana', '2026-10-31T12:00', ['11-01 00:00 -04', '11-02 00:00 -05']],
    ['0 0 * * *', 'Asia/Beirut', '2026-03-28T12:00', ['03-29 01:00 +03', '03-30 00:00 +03']],
    ['0 0 * * *', 'Africa/Cairo', '2026-04-23T12:00', ['04-24 01:00 +03', '04-25 00:00 +03']],
    ['0 0 * * *', 'Africa/Cairo', '2026-10-29T12:00', ['10-30 00:00 +02', '10-31 00:00 +02']],
    ['0 0 * * *', 'America/Santiago', '2026-09-05T12:00', ['09-06 01:00 -03', '09-07 00:00 -03']],
    ['30 23 * * *', 'America/Santiago', '2026-04-04T12:00', ['04-04 23:30 -03', '04-05 23:30 -04']],
    // The last hour of a date does not exist, or comes twice.
    ['30 23 * * *', 'America/Nuuk', '2026-03-28T12:00', ['03-29 00:00 -01', '03-29 23:30 -01']],
    ['30 23 * * *', 'America/Nuuk', '2026-10-24T12:00', ['10-24 23:30 -01', '10-25 23:30 -02']],
    // Half an hour, two hours, and none at all.
    ['15 2 * * *', 'Australia/Lord_Howe', '2026-10-03T12:00', ['10-04 02:30 +11', '10-05 02:15 +11']],
    ['45 1 * * *', 'Australia/Lord_Howe', '2026-04-04T12:00', ['04-05 01:45 +11', '04-06 01:45 +10:30']],
    ['30 1,2 * * *', 'Antarctica/Troll', '2026-03-28T12:00', ['03-29 03:00 +02', '03-30 01:30 +02', '03-30 02:30 +02']],
    ['30 1 * * *', 'Antarctica/Troll', '2026-10-24T12:00', ['10-25 01:30 +02', '10-26 01:30 +00']],
    ['0 0 * * *', 'Asia/Kathmandu', '2026-03-28T12:00', ['03-29 00:00 +05:45', '03-30 00:00 +05:45']],
    // Morocco keeps another time in Ramadan; in 2026 from February 15 to March 22.
    ['30 2 * * *', 'Africa/Casablanca', '2026-02-14T12:00', ['02-15 02:30 +01', '02-16 02:30 +00']],
    ['30 2 * * *', 'Africa/Casablanca', '2026-03-21T12:00', ['03-22 03:00 +01', '03-23 02:30 +01']],
    // Dates that do not exist: Samoa had no December 30, Kwajalein no August 21.
    ['0 0 * * *', 'Pacific/Apia', '2011-12-28T12:00', ['12-29 00:00 -10', '12-31 00:00 +14', '01-01 00:00 +14']],
    ['0 12 * * *', 'Pacific/Apia', '2011-12-28T13:00', ['12-29 12:00 -10', '12-31 12:00 +14', '01-01 12:00 +14']],
    ['0 12 30 12 *', 'Pacific/Apia', '2011-01-01', ['12-30 12:00 +14']],
    ['0 0 * * *', 'Pacific/Kwajalein', '1993-08-19T12:00', ['08-20 00:00 -12', '08-22 00:00 +12']],
  ])('%s in %s after %s', (pattern, tz, after, expected) => {
    expect(slotsAfter(pattern, tz, after, expected.length)).toEqual(expected)
  })
})

describe('a crontab whose hours run over the whole day', () => {
  test.each([
    ['0 * * * *', 'Europe/Berlin', '2026-03-29T00:30', ['03-29 01:00 +01', '03-29 03:00 +02', '03-29 04:00 +02']],
    ['0 * * * *', 'Europe/Berlin', '2026-10-25T01:30', ['10-25 02:00 +02', '10-25 02:00 +01', '10-25 03:00 +01']],
    ['30 0-23 * * *', 'Europe/Berlin', '2026-03-29T01:00', ['03-29 01:30 +01', '03-29 03:30 +02']],
    ['*/30 * * * *', 'Europe/Berlin', '2026-10-25T02:15', ['10-25 02:30 +02', '10-25 02:00 +01', '10-25 02:30 +01']],
    ['0 */2 * * *', 'Europe/Berlin', '2026-03-28T23:00', ['03-29 00:00 +01', '03-29 04:00 +02', '03-29 06:00 +02']],
    ['0 */2 * * *', 'Europe/Berlin', '2026-10-25T01:00', ['10-25 02:00 +02', '10-25 02:00 +01', '10-25 04:00 +01']],
    ['0 * * * *', 'America/Havana', '2026-03-07T22:30', ['03-07 23:00 -05', '03-08 01:00 -04', '03-08 02:00 -04']],
    ['0 * * * *', 'America/Nuuk', '2026-10-24T22:30', ['10-24 23:00 -01', '10-24 23:00 -02', '10-25 00:00 -02']],
    [
      '*/30 * * * *',
      'Australia/Lord_Howe',
      '2026-04-05T01:15',
      ['04-05 01:30 +11', '04-05 01:30 +10:30', '04-05 02:00 +10:30'],
    ],
    ['0 * * * *', 'Australia/Lord_Howe', '2026-10-04T00:30', ['10-04 01:00 +10:30', '10-04 03:00 +11']],
    ['0 * * * *', 'Antarctica/Troll', '2026-10-25T02:30', ['10-25 01:00 +00', '10-25 02:00 +00', '10-25 03:00 +00']],
    ['0 */12 * * *', 'Pacific/Apia', '2011-12-29T06:00', ['12-29 12:00 -10', '12-31 00:00 +14', '12-31 12:00 +14']],
    ['15 * * * *', 'Asia/Kathmandu', '2026-10-04T00:30', ['10-04 01:15 +05:45', '10-04 02:15 +05:45']],
    [
      '0 * 25 10 *',
      'Europe/Berlin',
      '2026-01-01',
      ['10-25 00:00 +02', '10-25 01:00 +02', '10-25 02:00 +02', '10-25 02:00 +01'],
    ],
  ])('%s in %s after %s', (pattern, tz, after, expected) => {
    expect(slotsAfter(pattern, tz, after, expected.length)).toEqual(expected)
  })

  test('asked between the two times round, both kinds tell what is still to come', () => {
    const secondRound = Date.UTC(2026, 9, 25, 1, 10)
    const next = (pattern: string) =>
      createCrontabTimetable({ kind: 'crontab', pattern, tz: 'Europe/Berlin', days: 'either' }).next(secondRound) ?? 0
    expect(formatInZone(next('*/15 * * * *'), 'Europe/Berlin')).toBe('2026-10-25 02:15:00 +01:00')
    expect(formatInZone(next('*/15 2-3 * * *'), 'Europe/Berlin')).toBe('2026-10-25 03:00:00 +01:00')
  })
})

import { describe, expect, test } from 'vitest'
import { createEntryTimetable } from '../../src/schedule/entry-timetable.js'
import type { Schedule } from '../../src/schedule/schedule.js'
import type { ScheduleEntry } from '../../src/schedule/schedule-entry.js'
import { createTimetable } from '../../src/schedule/timetable.js'

const HOUR_MS = 3_600_000
const DAWN_OF_2026 = Date.UTC(2026, 0, 1)

describe('createTimetable', () => {
  test.each<[Schedule, number]>([
    [{ kind: 'crontab', pattern: '0 3 * * *', tz: 'UTC', days: 'either' }, DAWN_OF_2026 + 3 * HOUR_MS],
    [{ kind: 'crontab', pattern: '0 0 13 * fri', tz: 'UTC', days: 'both' }, Date.UTC(2026, 1, 13)],
    [{ kind: 'interval', everyMs: HOUR_MS, anchorMs: 5 }, DAWN_OF_2026 + 5],
    [{ kind: 'clocked', atMs: DAWN_OF_2026 + 1 }, DAWN_OF_2026 + 1],
  ])('%j', (schedule, slotMs) => expect(createTimetable(schedule).next(DAWN_OF_2026)).toBe(slotMs))

  test('asks the sun', () => {
    const greenwich = { kind: 'solar', event: 'solar_noon', latitude: 51.48, longitude: 0 } as const
    const noon = createTimetable(greenwich).next(DAWN_OF_2026) ?? 0
    expect(Math.abs(noon - DAWN_OF_2026 - 12 * HOUR_MS)).toBeLessThan(HOUR_MS / 2)
  })

  test('refuses a kind that it does not know', () => {
    const lunar = { kind: 'lunar' } as unknown as Schedule
    expect(() => createTimetable(lunar)).toThrow(new RangeError('unknown kind of schedule: lunar'))
  })
})

describe('createEntryTimetable', () => {
  const schedule: Schedule = { kind: 'interval', everyMs: 10, anchorMs: 0 }

  function slots(entry: Pick<ScheduleEntry, 'schedule' | 'startAtMs' | 'endAtMs'>, afterMs: number): number[] {
    const timetable = createEntryTimetable(entry)
    const found: number[] = []
    for (let at = timetable.next(afterMs); at !== undefined && found.length < 5; at = timetable.next(at)) found.push(at)
    return found
  }

  test('without bounds, has the slots of its schedule', () => {
    expect(slots({ schedule }, 95)).toEqual([100, 110, 120, 130, 140])
  })

  test('has none before startAt, and one at it', () => {
    expect(slots({ schedule, startAtMs: 120 }, 95)).toEqual([120, 130, 140, 150, 160])
    expect(slots({ schedule, startAtMs: 121 }, Number.NEGATIVE_INFINITY)).toEqual([130, 140, 150, 160, 170])
    expect(slots({ schedule, startAtMs: 120 }, 120)).toEqual([130, 140, 150, 160, 170])
  })

  test('has none after endAt, and one at it', () => {
    expect(slots({ schedule, endAtMs: 120 }, 95)).toEqual([100, 110, 120])
    expect(slots({ schedule, endAtMs: 119 }, 95)).toEqual([100, 110])
    expect(slots({ schedule, startAtMs: 120, endAtMs: 120 }, 0)).toEqual([120])
    expect(slots({ schedule, startAtMs: 121, endAtMs: 129 }, 0)).toEqual([])
  })

  test('leaves a single time out that lies outside', () => {
    const once: Schedule = { kind: 'clocked', atMs: 100 }
    expect(slots({ schedule: once, startAtMs: 100, endAtMs: 100 }, 0)).toEqual([100])
    expect(slots({ schedule: once, startAtMs: 101 }, 0)).toEqual([])
    expect(slots({ schedule: once, endAtMs: 99 }, 0)).toEqual([])
  })
})

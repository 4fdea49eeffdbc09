import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SOLAR_EVENTS, type SolarEvent, type SolarSchedule } from '../../src/schedule/schedule.js'
import { createSolarTimetable } from '../../src/schedule/solar.js'

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

type Place = readonly [latitude: number, longitude: number]

const KYIV: Place = [50.45466, 30.5238]
const STOCKHOLM: Place = [59.32938, 18.06871]
const KINSHASA: Place = [-4.32758, 15.31357]
const LIMA: Place = [-12.04318, -77.02824]
const LONDON: Place = [51.50853, -0.12574]
const KIRITIMATI: Place = [1.87, -157.43]
const CHATHAM: Place = [-43.95, -176.55]
const AUCKLAND: Place = [-36.85, 174.76]
const TROMSO: Place = [69.6489, 18.95508]

const over = ([latitude, longitude]: Place, event: SolarEvent): SolarSchedule => ({
  kind: 'solar',
  event,
  latitude,
  longitude,
})
const timetable = (place: Place, event: SolarEvent) => createSolarTimetable(over(place, event))

function slotsBetween(place: Place, event: SolarEvent, fromMs: number, untilMs: number): number[] {
  const { next } = timetable(place, event)
  const slots: number[] = []
  for (let slot = next(fromMs); slot !== undefined && slot < untilMs; slot = next(slot)) slots.push(slot)
  return slots
}

// Given to the minute by the US Naval Observatory (https://aa.usno.navy.mil/data/RS_OneDay, in UTC); nautical and
// astronomical twilight by https://www.timeanddate.com/sun/uk/london.
const PUBLISHED: readonly (readonly [Place, SolarEvent, string])[] = [
  [KYIV, 'dawn_civil', '2026-01-03T05:20Z'],
  [KYIV, 'sunrise', '2026-01-03T05:58Z'],
  [KYIV, 'solar_noon', '2026-01-03T10:02Z'],
  [KYIV, 'sunset', '2026-01-03T14:07Z'],
  [KYIV, 'dusk_civil', '2026-01-03T14:45Z'],
  [KYIV, 'sunrise', '2026-06-21T01:46Z'],
  [KYIV, 'sunset', '2050-06-21T18:13Z'],
  [STOCKHOLM, 'sunrise', '2026-06-21T01:31Z'],
  [STOCKHOLM, 'dusk_civil', '2026-06-21T21:40Z'],
  [STOCKHOLM, 'dawn_civil', '2026-06-21T23:59Z'],
  [STOCKHOLM, 'sunset', '2026-12-21T13:48Z'],
  [KINSHASA, 'sunrise', '2026-03-20T05:03Z'],
  [KINSHASA, 'solar_noon', '2026-03-20T11:06Z'],
  [KINSHASA, 'sunset', '2026-03-20T17:09Z'],
  [LIMA, 'dusk_civil', '2026-01-03T00:00Z'],
  [LIMA, 'sunset', '2026-01-03T23:37Z'],
  [KIRITIMATI, 'sunrise', '2026-08-13T16:29Z'],
  [KIRITIMATI, 'sunset', '2026-08-14T04:40Z'],
  [CHATHAM, 'sunrise', '2026-08-13T18:44Z'],
  [CHATHAM, 'sunset', '2026-08-14T04:59Z'],
  [AUCKLAND, 'sunrise', '2026-01-14T17:18Z'],
  [AUCKLAND, 'sunset', '2026-01-15T07:42Z'],
  [LONDON, 'dawn_astronomical', '2015-12-01T05:41Z'],
  [LONDON, 'dawn_nautical', '2015-12-01T06:22Z'],
  [LONDON, 'dusk_nautical', '2015-12-01T17:16Z'],
]

describe('the sun’s times', () => {
  test.each(PUBLISHED)('over %j, %s is at %s, as published', (place, event, published) => {
    const publishedMs = Date.parse(published)
    const slot = timetable(place, event).next(publishedMs - 12 * HOUR) ?? Number.NaN
    expect(Math.abs(slot - publishedMs)).toBeLessThan(MINUTE)
  })

  test('come in their order through the day', () => {
    const times = SOLAR_EVENTS.map((event) => timetable(KYIV, event).next(Date.UTC(2026, 2, 20)) ?? 0)
    expect(times).toEqual(times.toSorted((a, b) => a - b))
    expect(new Set(times).size).toBe(SOLAR_EVENTS.length)
  })
})

describe('a season without the event', () => {
  test('is passed over: Tromsø has no sunset from May to July', () => {
    const slots = slotsBetween(TROMSO, 'sunset', Date.UTC(2026, 4, 10), Date.UTC(2026, 7, 1))
    const days = slots.map((slot) => new Date(slot).toISOString().slice(0, 10))
    expect(days.filter((day) => day > '2026-05-18' && day < '2026-07-25')).toEqual([])
    expect(days).toEqual(expect.arrayContaining(['2026-05-15', '2026-05-16', '2026-07-27', '2026-07-28']))
  })

  // suncalc's own times fail here: they jump by 31 and 52 minutes from one day to the next.
  test.each(['dawn_astronomical', 'dusk_astronomical'] as const)(
    'begins and ends without a leap: Berlin’s %s',
    (event) => {
      const slots = slotsBetween([52.52, 13.405], event, Date.UTC(2020, 0, 1), Date.UTC(2036, 0, 1))
      const gaps = slots.slice(1).map((slot, index) => slot - (slots[index] ?? 0))
      const [seasons, days] = [gaps.filter((gap) => gap > 1.5 * DAY), gaps.filter((gap) => gap <= 1.5 * DAY)]
      expect(seasons).toHaveLength(16)
      expect(Math.min(...days)).toBeGreaterThan(DAY - 22 * MINUTE)
      expect(Math.max(...days)).toBeLessThan(DAY + 22 * MINUTE)
    },
  )

  test.each([90, -90, 89.95])('is the longest at the poles, and ends there too: %d°', (latitude) => {
    for (const event of SOLAR_EVENTS) {
      const slots = slotsBetween([latitude, 0], event, Date.UTC(2020, 0, 1), Date.UTC(2030, 0, 1))
      if (event === 'solar_noon') expect(slots.length).toBeGreaterThan(3650)
      else expect(slots.length, event).toBeGreaterThanOrEqual(10)
    }
  })
})

const places = fc.tuple(fc.double({ min: -90, max: 90, noNaN: true }), fc.double({ min: -180, max: 180, noNaN: true }))
const events = fc.constantFrom(...SOLAR_EVENTS)
const instants = fc.integer({ min: Date.UTC(2020, 0, 1), max: Date.UTC(2036, 0, 1) })

describe('everywhere', () => {
  test('slots are whole seconds, later than asked for, and the same whenever they are asked for', () => {
    fc.assert(
      fc.property(
        places,
        events,
        instants,
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (place, event, at, part) => {
          const { next } = timetable(place, event)
          const slot = next(at) ?? Number.NaN
          expect(slot).toBeGreaterThan(at)
          expect(slot % SECOND).toBe(0)
          expect(next(at + Math.floor((slot - at) * part))).toBe(slot)
          expect(next(slot)).toBeGreaterThan(slot)
        },
      ),
      { numRuns: 300 },
    )
  })

  test('between the polar circles the sun rises, stands highest and sets once a day', () => {
    const between = fc.tuple(
      fc.double({ min: -65, max: 65, noNaN: true }),
      fc.double({ min: -180, max: 180, noNaN: true }),
    )
    const daily = fc.constantFrom<SolarEvent>('sunrise', 'solar_noon', 'sunset')
    fc.assert(
      fc.property(between, daily, instants, (place, event, at) => {
        const slots = slotsBetween(place, event, at, at + 30 * DAY)
        for (const [index, slot] of slots.entries()) {
          const gap = slot - (slots[index - 1] ?? slot - DAY)
          expect(Math.abs(gap - DAY)).toBeLessThan(20 * MINUTE)
        }
        expect(slots.length).toBeGreaterThanOrEqual(29)
      }),
      { numRuns: 100 },
    )
  })

  test('180° east and 180° west are the same place', () => {
    for (const event of SOLAR_EVENTS) {
      const at = Date.UTC(2026, 5, 21)
      expect(slotsBetween([-17, 180], event, at, at + 5 * DAY)).toEqual(
        slotsBetween([-17, -180], event, at, at + 5 * DAY),
      )
    }
  })
})

test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e300, 8.64e15])(
  'there is no slot after %d',
  (instant) => {
    for (const event of SOLAR_EVENTS) expect(timetable(KYIV, event).next(instant)).toBeUndefined()
  },
)

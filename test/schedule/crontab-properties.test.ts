import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseCrontab } from '../../src/schedule/crontab.js'
import { createCrontabTimetable } from '../../src/schedule/crontab-next.js'
import { type RandomCrontab, randomCrontab } from './crontab-arbitrary.js'
import { DAY_MS, dateExists, firstAtOrPast, MINUTE_MS, type Span, spansOf } from './wall-oracle.js'

const FROM = Date.UTC(1990, 0, 1)
const TO = Date.UTC(2036, 0, 1)
/** How far the slow search looks. */
const DAYS_SEARCHED = 25

const ZONES = Intl.supportedValuesOf('timeZone').filter((_, index) => index % 7 === 0)
const ODD_ZONES = ['America/Havana', 'Australia/Lord_Howe', 'Antarctica/Troll', 'Pacific/Apia', 'Africa/Casablanca']
const zone = fc.oneof(fc.constantFrom(...ZONES), fc.constantFrom(...ODD_ZONES, 'Pacific/Kwajalein', 'America/Nuuk'))

const spansByZone = new Map<string, Span[]>()
function spansIn(tz: string): Span[] {
  const spans = spansByZone.get(tz) ?? spansOf(tz, FROM, TO + 400 * DAY_MS)
  spansByZone.set(tz, spans)
  return spans
}

/** Any instant, or one near to where the zone's clock changes. */
const aside = fc.oneof(fc.integer({ min: -2 * DAY_MS, max: DAY_MS }), fc.integer({ min: -DAY_MS / 8, max: DAY_MS / 8 }))
const place = fc
  .tuple(zone, fc.integer({ min: FROM + DAY_MS, max: TO }), fc.nat(), aside)
  .chain(([tz, anywhere, index, asideMs]) => {
    const changes = spansIn(tz).slice(1)
    const change = changes[index % Math.max(1, changes.length)]
    const near = change === undefined ? anywhere : change.startMs + asideMs
    return fc.record({ tz: fc.constant(tz), atMs: fc.constantFrom(anywhere, near, Math.floor(near / 1000) * 1000) })
  })

/** The next slot by walking, as its rule says it; undefined when none is so near. */
function slowNext(crontab: RandomCrontab, tz: string, atMs: number): number | undefined {
  const spans = spansIn(tz).filter(({ startMs, endMs }) => endMs > atMs - 3 * DAY_MS && startMs < atMs + 100 * DAY_MS)
  return crontab.hoursRunOverAll ? nextReal(crontab, spans, atMs) : nextNamed(crontab, spans, atMs)
}

const stepOf = (crontab: RandomCrontab) => (crontab.pattern.split(' ').length === 6 ? 1000 : MINUTE_MS)

/** Each second (or minute) that comes, in which the wall matches. */
function nextReal(crontab: RandomCrontab, spans: readonly Span[], atMs: number): number | undefined {
  const step = stepOf(crontab)
  for (let ms = (Math.floor(atMs / step) + 1) * step; ms < atMs + DAYS_SEARCHED * DAY_MS; ms += step) {
    const span = spans.find(({ endMs }) => ms < endMs) as Span
    const wall = new Date(ms + span.offsetMs)
    // All zones have kept to quarters of an hour since 1990, so that no date begins within one.
    if (!crontab.matchesDate(wall)) ms = (Math.floor(ms / (15 * MINUTE_MS)) + 1) * 15 * MINUTE_MS - step
    else if (crontab.matchesTime(wall)) return ms
  }
  return undefined
}

/** Each time named on each date, where the clock first comes to it or goes past it. */
function nextNamed(crontab: RandomCrontab, spans: readonly Span[], atMs: number): number | undefined {
  const times = timesOfDay(crontab)
  const firstDate = Math.floor(atMs / DAY_MS) * DAY_MS - 2 * DAY_MS
  for (let date = firstDate; date < atMs + DAYS_SEARCHED * DAY_MS; date += DAY_MS) {
    const isOver = firstAtOrPast(spans, date + DAY_MS) < atMs
    if (isOver || !crontab.matchesDate(new Date(date)) || !dateExists(spans, date)) continue
    const time = times.find((ms) => firstAtOrPast(spans, date + ms) > atMs)
    if (time !== undefined) return firstAtOrPast(spans, date + time)
  }
  return undefined
}

function timesOfDay(crontab: RandomCrontab): number[] {
  const step = stepOf(crontab)
  const all = Array.from({ length: DAY_MS / step }, (_, index) => index * step)
  return all.filter((ms) => crontab.matchesTime(new Date(ms)))
}

describe('a crontab at random', () => {
  test('is due next where a slow search finds it, however the clocks change', { timeout: 120_000 }, () => {
    let compared = 0
    const property = fc.property(randomCrontab, place, (crontab, { tz, atMs }) => {
      const { pattern, days } = crontab
      fc.pre(!('problem' in parseCrontab(pattern, days)))
      const next = createCrontabTimetable({ kind: 'crontab', pattern, tz, days }).next(atMs) ?? Number.NaN
      const expected = slowNext(crontab, tz, atMs)
      if (expected === undefined) expect(next).toBeGreaterThan(atMs + (DAYS_SEARCHED - 3) * DAY_MS)
      else expect(iso(next)).toBe(iso(expected))
      compared += expected === undefined ? 0 : 1
    })
    fc.assert(property, { numRuns: 1500 })
    expect(compared).toBeGreaterThan(600)
  })

  test('has slots one after the other, the same from wherever it is asked', () => {
    const property = fc.property(
      randomCrontab,
      place,
      fc.double({ min: 0, max: 1, noNaN: true }),
      (crontab, at, part) => {
        const { pattern, days } = crontab
        fc.pre(!('problem' in parseCrontab(pattern, days)))
        const timetable = createCrontabTimetable({ kind: 'crontab', pattern, tz: at.tz, days })
        const first = timetable.next(at.atMs) as number
        const second = timetable.next(first) as number
        expect(first).toBeGreaterThan(at.atMs)
        expect(second).toBeGreaterThan(first)
        expect(first % 1000).toBe(0)
        expect(timetable.next(at.atMs + (first - 1 - at.atMs) * part)).toBe(first)
        expect(timetable.next(first + Math.floor((second - 1 - first) * part))).toBe(second)
        expect(timetable.next(second - 1)).toBe(second)
      },
    )
    fc.assert(property, { numRuns: 3000 })
  })

  test('is refused as never due only when no date of 400 years matches', () => {
    const property = fc.property(randomCrontab, (crontab) => {
      const isRefused = 'problem' in parseCrontab(crontab.pattern, crontab.days)
      const matches = EVERY_KIND_OF_DATE.some((date) => crontab.matchesDate(date))
      expect({ pattern: crontab.pattern, isRefused }).toEqual({ pattern: crontab.pattern, isRefused: !matches })
    })
    fc.assert(property, { numRuns: 1000 })
  })
})

/** All that the calendar has: it repeats itself after 400 years, its kinds of year after 28 but for turns of a century. */
const EVERY_KIND_OF_DATE = Array.from({ length: 28 * 366 }, (_, day) => new Date(Date.UTC(2001, 0, 1 + day)))

const iso = (ms: number) => (Number.isNaN(ms) ? 'none' : new Date(ms).toISOString())

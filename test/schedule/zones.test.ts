import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createTimetable } from '../../src/schedule/timetable.js'
import { DAY_MS, dateExists, firstAtOrPast, MINUTE_MS, type Span, spansOf, wallClock } from './wall-oracle.js'

const FROM = Date.UTC(2020, 0, 1)
const TO = Date.UTC(2036, 0, 1)
/** Seconds, but for a machine that has other things to do. */
const LONG = { timeout: 180_000 }
const HOUR_MS = 60 * MINUTE_MS
const ZONES = [...Intl.supportedValuesOf('timeZone'), 'UTC']

const crontab = (pattern: string, tz: string) => createTimetable({ kind: 'crontab', pattern, tz, days: 'either' })

/** Two days around the years, so that every zone's first and last dates are whole. */
const spansByZone = new Map<string, Span[]>()
function spansIn(tz: string): Span[] {
  const spans = spansByZone.get(tz) ?? spansOf(tz, FROM - 2 * DAY_MS, TO + 2 * DAY_MS)
  spansByZone.set(tz, spans)
  return spans
}

/**
 * The first slot that daily crontabs have wrong. By their rule they are due once on each date, at their time or where
 * the clock first goes past it.
 */
function firstWrongSlot(tz: string, minutesOfDay: readonly number[]): string | undefined {
  let spans = spansIn(tz)
  const walks = minutesOfDay.map((minute) => ({
    minute,
    timetable: daily(tz, minute),
    slot: firstAtOrPast(spans, FROM) - 1,
  }))
  for (let date = FROM; date < TO; date += DAY_MS) {
    if (spans[0] !== undefined && spans[0].endMs < date - 2 * DAY_MS) spans = spans.slice(1)
    if (!dateExists(spans, date)) continue
    for (const walk of walks) {
      const expected = firstAtOrPast(spans, date + walk.minute * MINUTE_MS)
      const slot = walk.timetable.next(walk.slot)
      if (slot !== expected) return `${tz} ${walk.minute}: ${iso(slot)} and not ${iso(expected)}`
      walk.slot = slot
    }
  }
  return undefined
}

const daily = (tz: string, minute: number) => crontab(`${minute % 60} ${Math.floor(minute / 60)} * * *`, tz)
const iso = (ms: number | undefined) => (ms === undefined ? 'none' : new Date(ms).toISOString())

describe('in every zone, from 2020 to 2035', () => {
  test('a daily crontab is due exactly once on each date: at midnight, and at any other time', LONG, () => {
    const byNight = { arbitrary: fc.integer({ min: 1, max: 210 }), weight: 4 }
    const byDay = { arbitrary: fc.integer({ min: 1, max: 1439 }), weight: 1 }
    const times = fc.sample(fc.oneof(byNight, byDay), ZONES.length)
    const wrong = ZONES.map((tz, index) => firstWrongSlot(tz, [0, times[index] as number]))
    expect(wrong.filter((slot) => slot !== undefined)).toEqual([])
    expect(ZONES.length).toBeGreaterThan(400)
  })

  test('an hourly crontab is due each real hour around every change of the clock', LONG, () => {
    let changes = 0
    for (const tz of ZONES) {
      for (const { startMs } of spansIn(tz).slice(1)) {
        changes++
        const window = { fromMs: startMs - DAY_MS, toMs: startMs + DAY_MS }
        expect({ tz, slots: slotsWithin('0 * * * *', tz, window) }).toEqual({ tz, slots: fullHours(tz, window) })
      }
    }
    expect(changes).toBeGreaterThan(3000)
  })

  test('and in each month away from them', LONG, () => {
    for (const tz of ZONES) {
      const timetable = crontab('0 * * * *', tz)
      for (let at = FROM + HOUR_MS; at < TO; at += 31 * DAY_MS + 7 * HOUR_MS) {
        const slot = timetable.next(at) ?? 0
        if (slot <= at || slot > at + 2 * HOUR_MS || wallClock(tz, slot) % HOUR_MS !== 0) {
          expect.fail(`${tz}: ${iso(slot)} after ${iso(at)}`)
        }
      }
    }
  })
})

interface Window {
  readonly fromMs: number
  readonly toMs: number
}

function slotsWithin(pattern: string, tz: string, { fromMs, toMs }: Window): number[] {
  const timetable = crontab(pattern, tz)
  const slots: number[] = []
  for (let slot = timetable.next(fromMs); slot !== undefined && slot <= toMs; slot = timetable.next(slot)) {
    slots.push(slot)
  }
  return slots
}

/** Offsets are whole quarters of an hour in these years. */
function fullHours(tz: string, { fromMs, toMs }: Window): number[] {
  const quarters = Math.round((toMs - fromMs) / (15 * MINUTE_MS))
  const firstQuarter = Math.ceil((fromMs + 1) / (15 * MINUTE_MS)) * 15 * MINUTE_MS
  const instants = Array.from({ length: quarters + 1 }, (_, index) => firstQuarter + index * 15 * MINUTE_MS)
  return instants.filter((ms) => ms <= toMs && wallClock(tz, ms) % HOUR_MS === 0)
}

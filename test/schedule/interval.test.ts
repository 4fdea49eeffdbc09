import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createIntervalTimetable } from '../../src/schedule/interval.js'

const next = (everyMs: number, anchorMs: number, afterMs: number) =>
  createIntervalTimetable({ kind: 'interval', everyMs, anchorMs }).next(afterMs)

describe('createIntervalTimetable', () => {
  test.each([
    [10_000, 0, 0, 10_000],
    [10_000, 0, 9999, 10_000],
    [10_000, 0, 9999.5, 10_000],
    [10_000, 0, 10_000, 20_000],
    [10_000, 3, 10_000, 10_003],
    [10_000, 25_003, 0, 5003],
    [10_000, 25_003, -20_000, -14_997],
    [10_000, -3, 0, 9997],
    [1, 0, 5, 6],
    [7, 0, 1_700_000_000_000, 1_700_000_000_006],
    [86_400_000, Date.UTC(2026, 0, 1, 6), Date.UTC(2026, 5, 1), Date.UTC(2026, 5, 1, 6)],
  ])('every %d ms from %d, after %d: %d', (everyMs, anchorMs, afterMs, slotMs) => {
    expect(next(everyMs, anchorMs, afterMs)).toBe(slotMs)
  })

  test('lies whole intervals from the anchor, and is the first that does', () => {
    const instant = fc.integer({ min: 0, max: Date.UTC(2200, 0, 1) })
    const every = fc.integer({ min: 1, max: 10 * 365 * 86_400_000 })
    const property = fc.property(every, instant, instant, (everyMs, anchorMs, afterMs) => {
      const slotMs = next(everyMs, anchorMs, afterMs) as number
      expect((BigInt(slotMs) - BigInt(anchorMs)) % BigInt(everyMs)).toBe(0n)
      expect(slotMs).toBeGreaterThan(afterMs)
      expect(slotMs - everyMs).toBeLessThanOrEqual(afterMs)
    })
    fc.assert(property, { numRuns: 2000 })
  })

  test('does not drift over a million slots', () => {
    const timetable = createIntervalTimetable({ kind: 'interval', everyMs: 333, anchorMs: 1_700_000_000_001 })
    let slot = 1_700_000_000_001
    for (let count = 0; count < 1_000_000; count++) slot = timetable.next(slot) as number
    expect(slot).toBe(1_700_000_000_001 + 333 * 1_000_000)
  })

  test('has no slot beyond what numbers can tell apart', () => {
    for (const after of [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN, 2 ** 53]) {
      expect(next(10, 0, after)).toBeUndefined()
    }
  })

  test.each([0, -1, 0.5, Number.NaN, Number.POSITIVE_INFINITY])('refuses %d', (everyMs) => {
    const message = `an interval needs whole milliseconds, got ${everyMs} from 0`
    expect(() => next(everyMs, 0, 0)).toThrow(new RangeError(message))
  })
})

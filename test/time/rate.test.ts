import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseRate } from '../../src/time/rate.js'

const PERIOD_MS = { s: 1000, m: 60_000, h: 3_600_000 }

describe('parseRate', () => {
  test.each([
    ['100/s', { max: 10, durationMs: 100 }],
    ['10/s', { max: 1, durationMs: 100 }],
    ['1/s', { max: 1, durationMs: 1000 }],
    ['100/m', { max: 1, durationMs: 600 }],
    ['1000/h', { max: 1, durationMs: 3600 }],
    ['0.5/s', { max: 1, durationMs: 2000 }],
    ['5 / m', { max: 1, durationMs: 12_000 }],
  ])('holds %s by %j', (rate, window) => {
    expect(parseRate(rate)).toEqual(window)
  })

  test.each(['', '10', '/s', '10/d', '0/s', '-1/s', '10/S', 'ten/s', 10, null, undefined])('refuses %s', (value) => {
    expect(parseRate(value)).toBeUndefined()
  })

  test('keeps the rate to a twentieth, in windows no longer than 150 ms or one start', () => {
    const unit = fc.constantFrom('s' as const, 'm' as const, 'h' as const)
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100_000 }), unit, (count, per) => {
        const window = parseRate(`${count}/${per}`)
        if (window === undefined) throw new Error('not parsed')
        const wanted = count / PERIOD_MS[per]
        expect(Math.abs(window.max / window.durationMs / wanted - 1)).toBeLessThanOrEqual(0.05)
        expect(window.max === 1 || window.durationMs <= 150).toBe(true)
      }),
    )
  })
})

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatDuration, parseDuration } from '../../src/time/duration.js'

describe('parseDuration', () => {
  test.each([
    ['0ms', 0],
    ['500ms', 500],
    ['30s', 30_000],
    ['1.5s', 1500],
    ['5m', 300_000],
    ['2h', 7_200_000],
    ['7d', 604_800_000],
    ['5 m', 300_000],
    [1500, 1500],
    [0, 0],
    [1.6, 2],
  ])('accepts %j as %d ms', (value, ms) => {
    expect(parseDuration(value)).toBe(ms)
  })

  test.each([
    -1,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    '',
    '5',
    'm',
    '-5s',
    '5w',
    '5S',
    '5s ',
    '1e3s',
    '٥s',
    null,
    {},
    5n,
  ])('refuses %s', (value) => {
    expect(parseDuration(value)).toBeUndefined()
  })

  test('gives whole milliseconds, never less than none, or nothing, whatever comes', () => {
    fc.assert(
      fc.property(fc.oneof(fc.anything(), fc.double()), (value) => {
        const ms = parseDuration(value)
        expect(ms === undefined || (Number.isInteger(ms) && ms >= 0)).toBe(true)
      }),
    )
  })

  test('counts each unit as so many of the smaller one', () => {
    fc.assert(
      fc.property(fc.nat(100_000), (count) => {
        expect(parseDuration(`${count}s`)).toBe(parseDuration(`${count * 1000}ms`))
        expect(parseDuration(`${count}m`)).toBe(parseDuration(`${count * 60}s`))
        expect(parseDuration(`${count}h`)).toBe(parseDuration(`${count * 60}m`))
        expect(parseDuration(`${count}d`)).toBe(parseDuration(`${count * 24}h`))
      }),
    )
  })
})

describe('formatDuration', () => {
  test.each([
    [0, '0ms'],
    [250, '250ms'],
    [1500, '1.5s'],
    [90_000, '90s'],
    [300_000, '5m'],
    [86_400_000, '24h'],
    [604_800_000, '7d'],
  ])('writes %d as %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text)
  })

  test('writes what parseDuration reads, within a twentieth', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10_000_000_000 }), (ms) => {
        const read = parseDuration(formatDuration(ms))
        expect(Math.abs((read ?? Number.NaN) - ms)).toBeLessThanOrEqual(ms * 0.05)
      }),
    )
  })
})

import { expect, test } from 'vitest'
import * as amounts from '../../src/tui/amounts.ts'

process.env.TZ = 'UTC'

test.each([
  [0, '0'],
  [999, '999'],
  [999.7, '1000'],
  [1000, '1k'],
  [1234, '1.2k'],
  [9949, '9.9k'],
  [9960, '10k'],
  [999_600, '1M'],
  [3_400_000, '3.4M'],
  [999_950_000, '1G'],
  [1e13, '>999G'],
  [undefined, '–'],
  [Number.NaN, '–'],
])('a count of %s is %s', (count, text) => {
  expect(amounts.formatCount(count)).toBe(text)
})

test('no count takes more than five cells', () => {
  for (let count = 1; count < 1e15; count = count * 1.07 + 1)
    expect(amounts.formatCount(count).length, String(count)).toBeLessThanOrEqual(5)
})

test.each([
  [0, '0'],
  [0.01, '<0.1'],
  [0.44, '0.4'],
  [11.8, '12'],
  [1234, '1.2k'],
  [undefined, '–'],
])('a rate of %s is %s', (rate, text) => {
  expect(amounts.formatSpeed(rate)).toBe(text)
})

test.each([
  [0, '0s'],
  [-5000, '0s'],
  [99_999, '99s'],
  [100_000, '1m'],
  [5_999_000, '99m'],
  [6_000_000, '1h'],
  [172_800_000, '2d'],
  [1e15, '>27y'],
  [undefined, '–'],
])('an age of %s ms is %s', (ms, text) => {
  expect(amounts.formatAge(ms)).toBe(text)
})

test.each([
  [0.3, '0ms'],
  [999.4, '999ms'],
  [999.6, '1s'],
  [1234, '1.2s'],
  [59_940, '60s'],
  [65_000, '1.1m'],
  [3_600_000, '60m'],
  [undefined, '–'],
])('a run of %s ms is %s', (ms, text) => {
  expect(amounts.formatRun(ms)).toBe(text)
})

test('what is to come counts down to now', () => {
  expect(amounts.formatUntil(4001)).toBe('in 5s')
  expect(amounts.formatUntil(1)).toBe('in 1s')
  expect(amounts.formatUntil(0)).toBe('now')
  expect(amounts.formatUntil(undefined)).toBe('–')
})

test('shares, memory, pings, times', () => {
  expect([0, 0.01, 1.37, 30].map(amounts.formatPercent)).toEqual(['0%', '<0.1%', '1.4%', '30%'])
  expect([146_800_640, 1_610_612_736].map(amounts.formatBytes)).toEqual(['140M', '1.5G'])
  expect([0.42, 12.3].map(amounts.formatPing)).toEqual(['0.4ms', '12ms'])
  expect(amounts.formatTime(Date.UTC(2026, 10, 20, 4, 3, 9))).toBe('2026-11-20 04:03:09')
  expect([Number.NaN, 1e17].map(amounts.formatClock)).toEqual(['--:--:--', '--:--:--'])
})

import { expect, test } from 'vitest'
import { tellDistance, tellUtc } from '../../src/cli/presenters/schedule-time.js'

const NOW = Date.UTC(2026, 10, 22)
const [SECOND, MINUTE, HOUR, DAY] = [1000, 60_000, 3_600_000, 86_400_000]

test.each([
  [0, 'now'],
  [999, 'now'],
  [-999, 'now'],
  [SECOND, 'in 1 s'],
  [-59 * SECOND, '59 s ago'],
  [3 * HOUR + 5 * MINUTE + 59 * SECOND, 'in 3 h 5 min'],
  [3 * HOUR + 59 * SECOND, 'in 3 h'],
  [-2 * DAY - 4 * HOUR, '2 d 4 h ago'],
  [400 * DAY, 'in 400 d'],
])('%i ms from now is %s', (ms, text) => {
  expect(tellDistance(NOW + ms, NOW)).toBe(text)
})

test('a date that is none is unknown', () => {
  expect(tellUtc(new Date(NOW))).toBe('2026-11-22 00:00:00 UTC')
  expect(tellUtc(new Date(Number.NaN))).toBe('unknown')
})

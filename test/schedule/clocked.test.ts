import { expect, test } from 'vitest'
import { createClockedTimetable } from '../../src/schedule/clocked.js'

test('has one slot', () => {
  const timetable = createClockedTimetable({ kind: 'clocked', atMs: 1000 })
  expect([Number.NEGATIVE_INFINITY, 0, 999, 999.9].map(timetable.next)).toEqual([1000, 1000, 1000, 1000])
  expect([1000, 1001, Number.POSITIVE_INFINITY, Number.NaN].map(timetable.next)).toEqual(Array(4).fill(undefined))
})

test('refuses what is no instant', () => {
  const create = () => createClockedTimetable({ kind: 'clocked', atMs: Number.NaN })
  expect(create).toThrow(new RangeError('an instant needs whole milliseconds, got NaN'))
})

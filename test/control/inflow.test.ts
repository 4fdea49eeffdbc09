import { expect, test } from 'vitest'
import { Inflow } from '../../src/control/inflow.js'
import type { Pulse } from '../../src/engine/stats/stats-reader.js'

const START = 1_800_000_000_000

/** Twenty-five stretches up to now, with so many jobs ended in those that are named by their distance to START. */
function pulses(now: number, ended: Readonly<Record<number, number>> = {}): Pulse[] {
  const newest = Math.floor(now / 5000) * 5000
  return Array.from({ length: 25 }, (_, index) => newest - (24 - index) * 5000).map((at) => {
    const count = ended[at - START] ?? 0
    return { at, queues: new Map(count === 0 ? [] : [['emails', { ended: count, failed: 0, retried: 0 }]]) }
  })
}

/** Looks once a second: at each the backlog and what had ended in which stretch. */
function watch(looks: readonly (readonly [backlog: number, ended?: Record<number, number>])[]) {
  const inflow = new Inflow()
  return looks.map(([backlog, ended], second) => {
    const at = START + second * 1000
    return inflow.note(at, backlog, pulses(at, ended))
  })
}

test('the first look tells nothing', () => {
  expect(watch([[1000]])).toEqual([undefined])
})

test('nothing is told before five seconds have passed: what ended comes up to a second late', () => {
  // 200 come and end each second; what ended in the second before the first look comes after it.
  const looks = Array.from({ length: 11 }, (_, second) => [0, { 0: second === 0 ? 0 : 200 * (second + 1) }] as const)
  const rates = watch(looks)
  expect(rates.slice(0, 5)).toEqual(Array(5).fill(undefined))
  expect(rates[5]).toBe(240)
  expect(rates[10]).toBe(220)
})

test('what waits more than before has come in', () => {
  expect(watch([[0], [10], [20], [30], [40], [50], [60]]).slice(5)).toEqual([10, 10])
})

test('what ended has come in too, where as much waits as before', () => {
  expect(watch([0, 30, 60, 90, 120, 150, 180].map((ended) => [5, { 0: ended }] as const)).slice(5)).toEqual([30, 30])
})

test('what had ended before the first look does not count', () => {
  expect(watch(Array(6).fill([0, { [-5000]: 900, 0: 50 }]))[5]).toBe(0)
})

test('work on a backlog is nothing that came in', () => {
  const rates = watch([[100], [60, { 0: 40 }], [0, { 0: 100 }], ...Array(20).fill([0, { 0: 100 }])])
  expect(rates.slice(5)).toEqual(Array(18).fill(0))
})

test('it is never less than nothing: jobs that were deleted are counted by nobody', () => {
  expect(watch([[100], ...Array(5).fill([0])])[5]).toBe(0)
})

test('a burst is spread over ten seconds, and then over', () => {
  const rates = watch([[0], [100], ...Array(14).fill([100])])
  expect(rates[5]).toBe(20)
  expect(rates[10]).toBe(10)
  expect(rates.slice(12)).toEqual([0, 0, 0, 0])
})

test('looks that are far apart are compared with the one before', () => {
  const inflow = new Inflow()
  inflow.note(START, 0, pulses(START))
  expect(inflow.note(START + 60_000, 120, pulses(START + 60_000))).toBe(2)
})

test('after a gap in which stretches are lost it begins anew', () => {
  const inflow = new Inflow()
  inflow.note(START, 0, pulses(START))
  expect(inflow.note(START + 600_000, 120, pulses(START + 600_000))).toBeUndefined()
  expect(inflow.note(START + 605_000, 125, pulses(START + 605_000))).toBe(1)
})

test('a clock that was put back begins anew; two looks in one millisecond tell nothing', () => {
  const inflow = new Inflow()
  inflow.note(START, 0, pulses(START))
  expect(inflow.note(START, 5, pulses(START))).toBeUndefined()
  expect(inflow.note(START - 3000, 5, pulses(START - 3000))).toBeUndefined()
  expect(inflow.note(START + 2000, 15, pulses(START + 2000))).toBe(2)
})

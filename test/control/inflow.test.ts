import { expect, test } from 'vitest'
import { Inflow } from '../../src/control/inflow.js'
import type { Pulse } from '../../src/engine/stats-reader.js'

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

test('what waits more than before has come in', () => {
  expect(watch([[0], [10], [20]])).toEqual([undefined, 10, 10])
})

test('what ended has come in too, where as much waits as before', () => {
  expect(watch([[5], [5, { 0: 30 }], [5, { 0: 60 }]])).toEqual([undefined, 30, 30])
})

test('what had ended before the first look does not count', () => {
  expect(
    watch([
      [0, { [-5000]: 900, 0: 50 }],
      [0, { [-5000]: 900, 0: 50 }],
    ]),
  ).toEqual([undefined, 0])
})

test('work on a backlog is nothing that came in', () => {
  const rates = watch([[100], [60, { 0: 40 }], [0, { 0: 100 }], ...Array(20).fill([0, { 0: 100 }])])
  expect(rates.slice(1).every((rate) => rate === 0)).toBe(true)
})

test('it is never less than nothing: jobs that were deleted are counted by nobody', () => {
  expect(watch([[100], [0]])).toEqual([undefined, 0])
})

test('a burst is spread over ten seconds, and then over', () => {
  const rates = watch([[0], [100], ...Array(14).fill([100])]) as number[]
  expect(rates[1]).toBe(100)
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
  expect(inflow.note(START + 601_000, 121, pulses(START + 601_000))).toBe(1)
})

test('a clock that was put back begins anew; two looks in one millisecond tell nothing', () => {
  const inflow = new Inflow()
  inflow.note(START, 0, pulses(START))
  expect(inflow.note(START, 5, pulses(START))).toBeUndefined()
  expect(inflow.note(START - 3000, 5, pulses(START - 3000))).toBeUndefined()
  expect(inflow.note(START - 2000, 7, pulses(START - 2000))).toBe(2)
})

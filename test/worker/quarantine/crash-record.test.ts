import { describe, expect, test } from 'vitest'
import {
  accountFor,
  type CrashRecord,
  chargedWith,
  isOverBudget,
  isSuspect,
  parseCrashRecord,
} from '../../../src/worker/quarantine/crash-record.js'

const NOW = 1_800_000_000_000
const DAY_MS = 24 * 3_600_000
const record = (over: Partial<CrashRecord> = {}): CrashRecord => ({ seen: 2, proven: [NOW, NOW], nearby: [], ...over })

describe('the workers that were lost', () => {
  test('before there is a record are charged to the job, two at most', () => {
    expect(accountFor(undefined, 1, NOW)).toEqual({ seen: 1, proven: [NOW], nearby: [] })
    expect(accountFor(undefined, 2, NOW)).toEqual({ seen: 2, proven: [NOW, NOW], nearby: [] })
    expect(accountFor(undefined, 5, NOW)).toEqual({ seen: 5, proven: [NOW, NOW], nearby: [NOW, NOW, NOW] })
  })

  test('while it ran in one of them are charged once', () => {
    const { proven, nearby } = accountFor(record({ place: 'worker' }), 4, NOW + 1)
    expect(proven).toEqual([NOW, NOW, NOW + 1])
    expect(nearby).toEqual([NOW + 1])
  })

  test.each(['child', undefined] as const)('while it was elsewhere (%s) are nearby', (place) => {
    const { proven, nearby } = accountFor(record(place && { place }), 3, NOW + 1)
    expect(proven).toEqual([NOW, NOW])
    expect(nearby).toEqual([NOW + 1])
  })

  test('are nearby all, where its task has processes of its own', () => {
    expect(accountFor(undefined, 2, NOW, true)).toEqual({ seen: 2, proven: [], nearby: [NOW, NOW] })
    expect(accountFor(record(), 3, NOW + DAY_MS, true)).toEqual({ seen: 3, proven: [], nearby: [NOW + DAY_MS] })
    expect(accountFor(record({ place: 'worker' }), 3, NOW + 1, true).proven).toEqual([NOW, NOW, NOW + 1])
  })

  test('once are accounted for once', () => {
    expect(accountFor(record({ place: 'worker' }), 2, NOW + 1)).toEqual(record())
  })

  test('are forgotten after a day, and the next one is charged again', () => {
    const old = accountFor(record({ place: 'child' }), 2, NOW + DAY_MS)
    expect(old).toEqual({ seen: 2, proven: [], nearby: [] })
    expect(isSuspect(old)).toBe(false)
    expect(accountFor(record(), 3, NOW + DAY_MS)).toEqual({ seen: 3, proven: [NOW + DAY_MS], nearby: [] })
  })

  test('are counted anew where the job was begun anew', () => {
    expect(accountFor(record({ seen: 9, place: 'worker' }), 2, NOW)).toEqual(record())
  })
})

describe('a crash budget', () => {
  test('is spent by what is charged to the job', () => {
    expect(isOverBudget(record(), 3)).toBe(false)
    expect(isOverBudget(chargedWith(record({ place: 'child' }), NOW), 3)).toBe(true)
    expect(chargedWith(record({ place: 'child' }), NOW)).not.toHaveProperty('place')
  })

  test('is spent by ten workers that died nearby: it may be the machine that the job takes down', () => {
    const nearby = (times: number) => record({ nearby: Array.from({ length: times }, () => NOW) })
    expect(isOverBudget(nearby(7), 3)).toBe(false)
    expect(isOverBudget(nearby(8), 3)).toBe(true)
    expect(isOverBudget(accountFor(undefined, 10, NOW), 3)).toBe(true)
  })
})

test('what is no record is read as none', () => {
  for (const text of [null, '', '{', '7', 'null', '{"seen":1}', '{"seen":1,"proven":[1],"nearby":["x"]}'])
    expect(parseCrashRecord(text)).toBeUndefined()
  expect(parseCrashRecord(JSON.stringify(record({ place: 'child' })))).toEqual(record({ place: 'child' }))
  expect(parseCrashRecord(JSON.stringify({ ...record(), place: 'home' }))).toEqual(record())
})

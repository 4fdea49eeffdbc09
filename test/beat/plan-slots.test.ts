import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nextDueMs, planSlots } from '../../src/beat/plan-slots.js'
import { freshState, type ScheduleState } from '../../src/engine/schedules/schedule-record.js'
import type { Timetable } from '../../src/schedule/schedule.js'
import type { MisfireRule, ScheduleEntry } from '../../src/schedule/schedule-entry.js'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

const every = (ms: number): Timetable => ({ next: (after) => (Math.floor(after / ms) + 1) * ms })

function entry(misfire: Partial<MisfireRule> = {}, over: Partial<ScheduleEntry> = {}): ScheduleEntry {
  return {
    name: 'e',
    task: 'T',
    args: [],
    options: {},
    schedule: { kind: 'interval', everyMs: MINUTE, anchorMs: 0 },
    jitterMs: 0,
    misfire: { run: 'last', max: 10, graceMs: 30_000, ...misfire },
    overlap: 'allow',
    ...over,
  }
}

const at = (cursorMs: number, over: Partial<ScheduleState> = {}): ScheduleState => ({
  ...freshState(cursorMs),
  ...over,
})

describe('the slots that are due', () => {
  it('none before the next', () => {
    expect(planSlots(every(MINUTE), entry(), at(0), MINUTE - 1)).toBeUndefined()
  })

  it('one, at its very instant', () => {
    expect(planSlots(every(MINUTE), entry(), at(0), MINUTE)).toEqual({ slots: [MINUTE], missed: 0, cursorMs: MINUTE })
  })

  it('all that are within their grace: a short takeover misses nothing', () => {
    const plan = planSlots(every(1000), entry(), at(0), 9500)
    expect(plan).toEqual({ slots: [1, 2, 3, 4, 5, 6, 7, 8, 9].map((n) => n * 1000), missed: 0, cursorMs: 9000 })
  })

  it('ten at once at the most, so that a transaction stays short; the rest come next', () => {
    const plan = planSlots(every(100), entry(), at(0), 20_000)
    expect(plan?.slots).toHaveLength(10)
    expect(plan?.cursorMs).toBe(1000)
  })

  it('all at once where no more than one of them becomes a job', () => {
    const plan = planSlots(every(100), entry({}, { overlap: 'skip' }), at(0), 20_000)
    expect(plan?.slots).toHaveLength(200)
  })
})

describe('missed slots, after an hour without a beat', () => {
  const away = (misfire: Partial<MisfireRule>, nowMs = HOUR + 45_000) =>
    planSlots(every(MINUTE), entry(misfire), at(0), nowMs)

  it('last: exactly one', () => {
    expect(away({ run: 'last' })).toEqual({ slots: [HOUR], missed: 59, cursorMs: HOUR })
  })

  it('last: none beside a slot that runs anyway', () => {
    expect(away({ run: 'last' }, HOUR + 10)).toEqual({ slots: [HOUR], missed: 59, cursorMs: HOUR })
  })

  it('skip: none', () => {
    expect(away({ run: 'skip' })).toEqual({ slots: [], missed: 60, cursorMs: HOUR })
  })

  it('all: the latest, up to max', () => {
    expect(away({ run: 'all', max: 3 })).toEqual({
      slots: [HOUR - 2 * MINUTE, HOUR - MINUTE, HOUR],
      missed: 57,
      cursorMs: HOUR,
    })
  })

  it('a grace of an hour: none was missed', () => {
    const plan = away({ run: 'skip', graceMs: HOUR })
    expect(plan?.slots).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((n) => n * MINUTE))
    expect(plan?.missed).toBe(0)
  })

  it.each([1, 3, 6, 9, 10, 11, 15])('all, with %i missed: as many as max allows', (missed) => {
    const plan = away({ run: 'all', max: 10 }, missed * MINUTE + 45_000)
    const wanted = Math.min(missed, 10)
    expect(plan?.slots).toEqual(Array.from({ length: wanted }, (_, index) => (missed - wanted + 1 + index) * MINUTE))
    expect(plan?.missed).toBe(missed - wanted)
  })

  it('all, with more than fit together: none is left out', () => {
    const slots: number[] = []
    let cursorMs = 0
    let skipped = 0
    for (;;) {
      const plan = planSlots(every(MINUTE), entry({ run: 'all', max: 25 }), at(cursorMs), HOUR + 45_000)
      if (plan === undefined) break
      slots.push(...plan.slots)
      skipped += plan.missed
      cursorMs = plan.cursorMs
    }
    expect(slots).toEqual(Array.from({ length: 25 }, (_, index) => (36 + index) * MINUTE))
    expect(skipped).toBe(35)
  })

  it('a year of seconds is looked at from its end', () => {
    const year = 365 * 24 * HOUR
    const plan = planSlots(every(1000), entry({ run: 'all', max: 2, graceMs: 0 }), at(0), year + 500)
    expect(plan?.slots).toEqual([year - 1000, year])
    expect(plan?.cursorMs).toBe(year)
    expect(plan?.missed).toBeGreaterThanOrEqual(4998)
  })
})

describe('limit and jitter', () => {
  it('nothing is due any more when the limit is reached, or while paused', () => {
    expect(nextDueMs(every(1000), entry({}, { limit: 5 }), at(0, { runs: 5 }))).toBeUndefined()
    expect(nextDueMs(every(1000), entry(), at(0, { paused: true }))).toBeUndefined()
    expect(nextDueMs(every(1000), entry(), at(0))).toBe(1000)
  })

  it('jitter delays a slot, always by the same, and no slot is due before it', () => {
    const jittered = entry({}, { jitterMs: 30_000 })
    const due = nextDueMs(every(MINUTE), jittered, at(0)) as number
    expect(due).toBe(nextDueMs(every(MINUTE), jittered, at(0)))
    expect(due).toBeGreaterThan(MINUTE)
    expect(due).toBeLessThanOrEqual(MINUTE + 30_000)
    expect(planSlots(every(MINUTE), jittered, at(0), due - 1)).toBeUndefined()
    expect(planSlots(every(MINUTE), jittered, at(0), due)?.slots).toEqual([MINUTE])
  })

  it('jitter differs from entry to entry', () => {
    const dues = [...'abcdefgh'].map((name) => nextDueMs(every(HOUR), entry({}, { name, jitterMs: HOUR / 4 }), at(0)))
    expect(new Set(dues).size).toBe(8)
  })
})

describe('whenever it is asked', () => {
  it('each slot is dealt with once, and in order', () => {
    const runs = fc.record({
      everyMs: fc.integer({ min: 100, max: 5000 }),
      run: fc.constantFrom('skip', 'last', 'all' as const),
      max: fc.integer({ min: 1, max: 20 }),
      graceMs: fc.integer({ min: 0, max: 60_000 }),
      jitterMs: fc.integer({ min: 0, max: 99 }),
      steps: fc.array(fc.integer({ min: 1, max: 100_000 }), { minLength: 1, maxLength: 30 }),
    })
    fc.assert(
      fc.property(runs, ({ everyMs, run, max, graceMs, jitterMs, steps }) => {
        const subject = entry({ run, max, graceMs }, { jitterMs })
        let [nowMs, cursorMs, handled] = [0, 0, 0]
        const ran: number[] = []
        for (const step of steps) {
          nowMs += step
          let plan = planSlots(every(everyMs), subject, at(cursorMs), nowMs)
          while (plan !== undefined) {
            expect(plan.cursorMs).toBeGreaterThan(cursorMs)
            ran.push(...plan.slots)
            handled += plan.slots.length + plan.missed
            cursorMs = plan.cursorMs
            plan = planSlots(every(everyMs), subject, at(cursorMs), nowMs)
          }
          expect(handled).toBe(Math.floor(cursorMs / everyMs))
        }
        expect(ran).toEqual([...new Set(ran)].sort((a, b) => a - b))
      }),
      { numRuns: 300 },
    )
  })
})

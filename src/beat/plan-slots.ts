import type { ScheduleState } from '../engine/schedule-record.js'
import type { Timetable } from '../schedule/schedule.js'
import type { ScheduleEntry } from '../schedule/schedule-entry.js'
import { jitterOf } from './jitter.js'

/** What is to be done about an entry now. */
export interface SlotPlan {
  /** The slots to run, oldest first. */
  readonly slots: readonly number[]
  /** How many slots were missed and do not run. */
  readonly missed: number
  /** Slots up to this instant are dealt with when the plan is carried out. */
  readonly cursorMs: number
}

/** Slots that one plan runs at the most; the next plan goes on from there. */
const AT_ONCE = 100
/** Missed slots that are counted one by one. Of more, the latest are found from the other end. */
const COUNTED = 5000

/** When the entry's next slot is to be enqueued; undefined when there is none. */
export function nextDueMs(timetable: Timetable, entry: ScheduleEntry, state: ScheduleState): number | undefined {
  if (state.paused || isSpent(entry, state)) return undefined
  const slot = timetable.next(state.cursorMs)
  return slot === undefined ? undefined : slot + jitterOf(entry, slot)
}

/** Whether the entry has made all the jobs that its `limit` allows. */
export const isSpent = ({ limit }: Pick<ScheduleEntry, 'limit'>, { runs }: Pick<ScheduleState, 'runs'>): boolean =>
  limit !== undefined && runs >= limit

/**
 * Says which of an entry's slots are due now, and what becomes of those that were missed: slots that nobody enqueued
 * within their grace. Undefined when nothing is due.
 */
export function planSlots(
  timetable: Timetable,
  entry: ScheduleEntry,
  state: ScheduleState,
  nowMs: number,
): SlotPlan | undefined {
  const { misfire, limit } = entry
  const missed = findMissed(timetable, entry, state.cursorMs, nowMs - misfire.graceMs)
  const timely = slotsUntil(timetable, entry, missed.cursorMs, nowMs, AT_ONCE)
  if (missed.count + timely.length === 0) return undefined
  const late = misfire.run === 'last' && timely.length > 0 ? [] : missed.latest
  const allowed = limit === undefined ? Number.POSITIVE_INFINITY : Math.max(0, limit - state.runs)
  return {
    slots: [...late, ...timely].slice(0, allowed),
    missed: missed.count - late.length,
    cursorMs: timely.at(-1) ?? missed.cursorMs,
  }
}

interface MissedSlots {
  /** How many there are; where they are too many to count, at least so many. */
  readonly count: number
  /** Those of them that run by the entry's rule. */
  readonly latest: readonly number[]
  /** The last of them. */
  readonly cursorMs: number
}

function findMissed(timetable: Timetable, entry: ScheduleEntry, cursorMs: number, beforeMs: number): MissedSlots {
  // At `beforeMs` exactly, a slot is still within its grace.
  const counted = slotsUntil(timetable, entry, cursorMs, beforeMs - 1, COUNTED)
  const slots = counted.length < COUNTED ? counted : latestSlots(timetable, cursorMs, beforeMs - 1 - entry.jitterMs)
  return {
    count: Math.max(counted.length, slots.length),
    latest: slots.slice(slots.length - wantedOf(entry)),
    cursorMs: slots.at(-1) ?? cursorMs,
  }
}

function wantedOf({ misfire: { run, max } }: ScheduleEntry): number {
  if (run === 'skip') return 0
  return run === 'last' ? 1 : max
}

/** The first slots after an instant that are due by another. */
function slotsUntil(timetable: Timetable, entry: ScheduleEntry, afterMs: number, untilMs: number, most: number) {
  const slots: number[] = []
  let slot = timetable.next(afterMs)
  while (slot !== undefined && slot + jitterOf(entry, slot) <= untilMs && slots.length < most) {
    slots.push(slot)
    slot = timetable.next(slot)
  }
  return slots
}

/** The latest slots in a long time: looked for in ever longer spans before its end. */
function latestSlots(timetable: Timetable, afterMs: number, untilMs: number): number[] {
  for (let spanMs = 1000; ; spanMs *= 4) {
    const fromMs = Math.max(afterMs, untilMs - spanMs)
    const slots: number[] = []
    for (let slot = timetable.next(fromMs); slot !== undefined && slot <= untilMs; slot = timetable.next(slot)) {
      slots.push(slot)
    }
    if (slots.length >= MOST_WANTED || fromMs === afterMs) return slots
  }
}

/** As many as `misfire.max` may be. */
const MOST_WANTED = 1000

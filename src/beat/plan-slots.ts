import { isSpent, type ScheduleState } from '../engine/schedules/schedule-record.js'
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

/** Slots that one plan runs at the most, so that many entries can be settled together; the next plan goes on from there. */
const AT_ONCE = 10
/** Under the other rules of overlap, at most one of the slots becomes a job: they are judged together. */
const JUDGED_TOGETHER = 1000
/** Missed slots that are counted one by one. Of more, the latest are found from the other end. */
const COUNTED = 5000

/** When the entry's next slot is to be enqueued; undefined when there is none. */
export function nextDueMs(timetable: Timetable, entry: ScheduleEntry, state: ScheduleState): number | undefined {
  if (state.paused || isSpent(entry, state)) return undefined
  const slot = timetable.next(state.cursorMs)
  return slot === undefined ? undefined : slot + jitterOf(entry, slot)
}

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
  const { misfire } = entry
  const most = entry.overlap === 'allow' ? AT_ONCE : JUDGED_TOGETHER
  const missed = findMissed(timetable, entry, state.cursorMs, nowMs - misfire.graceMs)
  const timely = slotsUntil(timetable, entry, missed.cursorMs, nowMs, most)
  if (missed.count + timely.length === 0) return undefined
  const late = misfire.run === 'last' && timely.length > 0 ? [] : missed.latest
  const slots = [...late, ...timely]
  const now = slots.slice(0, most)
  return {
    slots: now,
    missed: missed.count - late.length,
    // Those that are left over come next: all that do not run lie before them.
    cursorMs: (now.length < slots.length ? now.at(-1) : timely.at(-1)) ?? missed.cursorMs,
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
  const latest = counted.length < COUNTED ? [] : latestSlots(timetable, cursorMs, beforeMs - 1 - entry.jitterMs)
  const slots = latest.length > 0 ? latest : counted
  return {
    count: Math.max(counted.length, latest.length),
    latest: slots.slice(Math.max(0, slots.length - wantedOf(entry))),
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

import { transitionOver, transitionWithin, wallMsAt } from '../time/zone.js'
import { DAY_MS, type ZoneTransition } from '../time/zone-days.js'
import {
  type CrontabCalendar,
  createCrontabCalendar,
  leavesOutDate,
  nextCrontabSlot,
  nextWall,
} from './crontab-next.js'
import type { Schedule } from './schedule.js'

/**
 * Says what the clock does at a slot, where that matters: `clock goes forward: 02:30 does not exist` at the slot that
 * stands for a time left out, or that is the next after it; `clock goes back: first of two 02:30`. Undefined at all
 * other slots.
 */
export function dstMark(schedule: Schedule, slotMs: number): string | undefined {
  if (schedule.kind !== 'crontab') return undefined
  const calendar = createCrontabCalendar(schedule)
  return markOfRepeat(calendar, slotMs) ?? markOfGap(calendar, slotMs)
}

function markOfRepeat({ tz }: CrontabCalendar, slotMs: number): string | undefined {
  const wall = wallMsAt(tz, slotMs)
  const change = transitionOver(tz, wall)
  if (change === undefined) return undefined
  return `clock goes back: ${slotMs < change.atMs ? 'first' : 'second'} of two ${timeOf(wall)}`
}

function markOfGap(calendar: CrontabCalendar, slotMs: number): string | undefined {
  const change = transitionWithin(calendar.tz, slotMs - DAY_MS, slotMs)
  if (change === undefined || change.offsetAfterMs < change.offsetBeforeMs) return undefined
  if (nextCrontabSlot(calendar, change.atMs - 1) !== slotMs) return undefined
  const leftOut = wallsLeftOut(calendar, change)
  if (leftOut === undefined) return undefined
  return `clock goes forward: ${leftOut} does not exist`
}

/** The times named that a change of the clock leaves out; undefined when it leaves out none of them. */
function wallsLeftOut(calendar: CrontabCalendar, change: ZoneTransition): string | undefined {
  const endMs = change.atMs + change.offsetAfterMs
  const first = nextWall(calendar, change.atMs + change.offsetBeforeMs)
  if (first === undefined || first >= endMs) return undefined
  if (leavesOutDate(change, first)) return dateOf(first)
  const second = nextWall(calendar, first + 1000)
  const isOne = second === undefined || second >= endMs
  return isOne ? timeOf(first) : `${timeOf(change.atMs + change.offsetBeforeMs)} to ${timeOf(endMs - 60_000)}`
}

const dateOf = (wallMs: number): string => new Date(wallMs).toISOString().slice(0, 10)

/** `02:30`, and `02:30:15` where there are seconds. */
function timeOf(wallMs: number): string {
  const time = new Date(wallMs).toISOString().slice(11, 19)
  return time.endsWith(':00') ? time.slice(0, 5) : time
}

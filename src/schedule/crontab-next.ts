import { formatProblem, show } from '../errors/problems.js'
import {
  firstInstantOfWall,
  isZone,
  transitionOver,
  transitionWithin,
  wallMsAt,
  ZONE_FORM,
  zoneOffsetMs,
} from '../time/zone.js'
import { DAY_MS, SECOND_MS, type ZoneTransition } from '../time/zone-days.js'
import { type Crontab, parseCrontab } from './crontab.js'
import { nextDueDate } from './crontab-days.js'
import type { CrontabSchedule, DayRule, Timetable } from './schedule.js'

/** A crontab with all that it takes to tell its slots. */
export interface CrontabCalendar {
  readonly crontab: Crontab
  readonly days: DayRule
  readonly tz: string
}

/** Reads a crontab schedule. Throws a RangeError for one that cannot be read, which a checked entry never is. */
export function createCrontabCalendar({ pattern, tz, days }: CrontabSchedule): CrontabCalendar {
  const parsed = parseCrontab(pattern, days)
  if ('problem' in parsed) throw new RangeError(formatProblem({ key: 'pattern', ...parsed.problem }))
  if (!isZone(tz)) throw new RangeError(formatProblem({ key: 'tz', expected: ZONE_FORM, got: show(tz) }))
  return { crontab: parsed.crontab, days, tz }
}

/** A crontab's slots, as {@link nextCrontabSlot} tells them. */
export function createCrontabTimetable(schedule: CrontabSchedule): Timetable {
  const calendar = createCrontabCalendar(schedule)
  return { next: (afterMs) => nextCrontabSlot(calendar, afterMs) }
}

/** Later than any instant that a schedule may name, and earlier than the end of `Date`. */
const LATEST_MS = Date.UTC(9999, 0, 1)
const HORIZON_MS = 2 * DAY_MS
/** No clock was ever put forward or back by more than this. */
const GREATEST_JUMP_MS = 26 * 3_600_000

/**
 * The first slot later than an instant; none is told before 1970. It takes microseconds, for February 29 too.
 *
 * Away from changes of the clock, a slot is each instant at which the clock on the zone's wall matches all fields.
 * Where the clock changes, the hour field tells which of two things the crontab means (the rules of Debian's cron made
 * exact):
 *
 * - **It names hours** (`0 3 * * *`, `30 9-17 * * *`, `0,30 2 * * *`): each named time on the wall has one slot on each
 *   date named. A time that is left out when the clock goes forward has its slot at the instant the clock jumps to;
 *   several such times of one night share that slot. A time that comes twice has its slot at the first of the two. So a
 *   daily crontab is due exactly once on each date, midnight or not; a date that a zone has left out altogether (Apia,
 *   2011-12-30) has no slot.
 * - **Its hours run over the whole day**, each hour or by steps (a star, with or without a step, `0-23`, `0-23/2`; one
 *   such part of a list is enough): it follows real time. A slot is each instant at which the wall matches and no
 *   other: none is made up for a time left out, and a time that comes twice has two. `0 * * * *` is due each real hour.
 *   With a step of 2 it is due when the wall shows 00:00, 02:00, 04:00…: in Berlin not at 02:00 in the night of spring
 *   (from 00:00 to 04:00 are three real hours), and at both 02:00 in the night of autumn.
 *
 * Minutes and seconds do not matter for this: every 15 minutes of hour 2 are four named times, which fall together into
 * one slot at 03:00 in Berlin's spring, and come once in its autumn.
 */
export function nextCrontabSlot(calendar: CrontabCalendar, afterMs: number): number | undefined {
  if (!(afterMs < LATEST_MS)) return undefined
  const since = Math.max(afterMs, -1)
  return calendar.crontab.hours.runsOverAll ? nextInRealTime(calendar, since) : nextNamed(calendar, since)
}

/** Tells whether a zone leaves out the whole date of this time on the wall. */
export function leavesOutDate({ atMs, offsetBeforeMs, offsetAfterMs }: ZoneTransition, wallMs: number): boolean {
  const date = dateOf(wallMs)
  return date >= atMs + offsetBeforeMs && date + DAY_MS <= atMs + offsetAfterMs
}

/** The first time on the wall, this one or a later one, that matches all fields. All are whole seconds. */
export function nextWall({ crontab, days }: CrontabCalendar, fromMs: number): number | undefined {
  const date = dateOf(fromMs)
  const time = nextTimeOfDay(crontab, (fromMs - date) / SECOND_MS)
  const due = nextDueDate(crontab, days, time === undefined ? date + DAY_MS : date)
  if (due === undefined) return undefined
  const timeOfDue = time !== undefined && due === date ? time : (nextTimeOfDay(crontab, 0) as number)
  return due + timeOfDue * SECOND_MS
}

function nextNamed(calendar: CrontabCalendar, afterMs: number): number | undefined {
  const { tz } = calendar
  let wall = nextWall(calendar, nextSecond(wallMsAt(tz, afterMs)))
  while (wall !== undefined) {
    const change = transitionOver(tz, wall)
    if (change === undefined) return firstInstantOfWall(tz, wall)
    const first = wall - change.offsetBeforeMs
    if (change.offsetAfterMs > change.offsetBeforeMs) {
      if (!leavesOutDate(change, wall)) return change.atMs
      wall = nextWall(calendar, dateOf(wall) + DAY_MS)
    } else if (first > afterMs) {
      return first
    } else {
      // This is the second time round: all up to the end of what is repeated had its slot the first time.
      wall = nextWall(calendar, change.atMs + change.offsetBeforeMs)
    }
  }
  return undefined
}

function nextInRealTime(calendar: CrontabCalendar, afterMs: number): number | undefined {
  let fromMs = nextSecond(afterMs)
  for (;;) {
    const offsetMs = zoneOffsetMs(calendar.tz, fromMs)
    const wall = nextWall(calendar, fromMs + offsetMs)
    if (wall === undefined) return undefined
    const slot = wall - offsetMs
    const change = transitionWithin(calendar.tz, fromMs, Math.min(slot, fromMs + HORIZON_MS))
    if (change !== undefined) fromMs = change.atMs
    else if (slot <= fromMs + HORIZON_MS) return slot
    // Nothing on the wall matches until shortly before, however the clock may change on the way.
    else fromMs = slot - GREATEST_JUMP_MS
  }
}

const dateOf = (wallMs: number): number => Math.floor(wallMs / DAY_MS) * DAY_MS

const nextSecond = (ms: number): number => (Math.floor(ms / SECOND_MS) + 1) * SECOND_MS

/** The first named second of the day, this one or a later one. */
function nextTimeOfDay({ seconds, minutes, hours }: Crontab, fromSecond: number): number | undefined {
  const hour = Math.floor(fromSecond / 3600)
  const minute = Math.floor(fromSecond / 60) % 60
  const inMinute = hours.values.includes(hour) && minutes.values.includes(minute)
  const second = inMinute ? atLeast(seconds.values, fromSecond % 60) : undefined
  if (second !== undefined) return hour * 3600 + minute * 60 + second
  const laterMinute = hours.values.includes(hour) ? atLeast(minutes.values, minute + 1) : undefined
  if (laterMinute !== undefined) return hour * 3600 + laterMinute * 60 + (seconds.values[0] as number)
  const laterHour = atLeast(hours.values, hour + 1)
  if (laterHour === undefined) return undefined
  return laterHour * 3600 + (minutes.values[0] as number) * 60 + (seconds.values[0] as number)
}

const atLeast = (values: readonly number[], least: number) => values.find((value) => value >= least)

import type { Problem } from '../errors/problems.js'
import { showWritten } from '../schedule/entry-fields.js'
import type { Timetable } from '../schedule/schedule.js'
import type { ScheduleEntry } from '../schedule/schedule-entry.js'
import type { Instant } from '../schedule/schedule-options.js'
import { INSTANT_FORM, parseInstant } from '../time/zone.js'

/** The zone in which an entry's times are read and shown: a crontab's own, else the default. */
export const zoneOf = ({ schedule }: Pick<ScheduleEntry, 'schedule'>, timezone: string): string =>
  schedule.kind === 'crontab' ? schedule.tz : timezone

/** Reads an instant that somebody asks for; NaN, and a problem more, where it is none. */
export function readInstant(key: string, written: Instant, tz: string, problems: Problem[]): number {
  const instantMs = parseInstant(written, tz)
  if (instantMs === undefined) problems.push({ key, expected: INSTANT_FORM, got: showWritten(written) })
  return instantMs ?? Number.NaN
}

/** An instant as a date; undefined for what can be none: what is stored may be damaged. */
export function toDate(instantMs: number | undefined): Date | undefined {
  const date = new Date(typeof instantMs === 'number' ? instantMs : Number.NaN)
  return Number.isNaN(date.getTime()) ? undefined : date
}

/** The first slots from one instant to before another. */
export function slotsOf(timetable: Timetable, fromMs: number, beforeMs: number, most: number): number[] {
  const slots: number[] = []
  let slot = timetable.next(fromMs - 1)
  while (slot !== undefined && slot < beforeMs && slots.length < most) {
    slots.push(slot)
    slot = timetable.next(slot)
  }
  return slots
}

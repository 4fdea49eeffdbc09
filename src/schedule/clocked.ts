import type { ClockedSchedule, Timetable } from './schedule.js'

/** One slot. */
export function createClockedTimetable({ atMs }: ClockedSchedule): Timetable {
  if (!Number.isSafeInteger(atMs)) throw new RangeError(`an instant needs whole milliseconds, got ${atMs}`)
  return { next: (afterMs) => (afterMs < atMs ? atMs : undefined) }
}

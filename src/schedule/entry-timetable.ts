import type { Timetable } from './schedule.js'
import type { ScheduleEntry } from './schedule-entry.js'
import { createTimetable } from './timetable.js'

/** The slots of an entry: those of its schedule from `startAt` to `endAt`, both included. */
export function createEntryTimetable(entry: Pick<ScheduleEntry, 'schedule' | 'startAtMs' | 'endAtMs'>): Timetable {
  const timetable = createTimetable(entry.schedule)
  const { startAtMs = Number.NEGATIVE_INFINITY, endAtMs = Number.POSITIVE_INFINITY } = entry
  return {
    next(afterMs) {
      const slotMs = timetable.next(Math.max(afterMs, startAtMs - 1))
      return slotMs !== undefined && slotMs <= endAtMs ? slotMs : undefined
    },
  }
}

import { createClockedTimetable } from './clocked.js'
import { createCrontabTimetable } from './crontab-next.js'
import { createIntervalTimetable } from './interval.js'
import type { Schedule, Timetable } from './schedule.js'
import { createSolarTimetable } from './solar.js'

/**
 * Makes a schedule ready to be asked for its slots, without the bounds of its entry. Throws a RangeError for a schedule
 * that cannot be read, which a checked entry's never is.
 *
 * @example createTimetable({ kind: 'interval', everyMs: 10_000, anchorMs: 0 }).next(Date.now())
 */
export function createTimetable(schedule: Schedule): Timetable {
  switch (schedule.kind) {
    case 'crontab':
      return createCrontabTimetable(schedule)
    case 'interval':
      return createIntervalTimetable(schedule)
    case 'solar':
      return createSolarTimetable(schedule)
    case 'clocked':
      return createClockedTimetable(schedule)
    default:
      throw new RangeError(`unknown kind of schedule: ${String((schedule as { kind?: unknown }).kind)}`)
  }
}

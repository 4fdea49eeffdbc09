import type { IntervalSchedule, Timetable } from './schedule.js'

/**
 * Slots whole intervals from the anchor, before it as after it: where they begin is the entry's affair. Each is counted
 * from the anchor, not from the slot before it, so that nothing adds up.
 */
export function createIntervalTimetable({ everyMs, anchorMs }: IntervalSchedule): Timetable {
  if (!(Number.isSafeInteger(everyMs) && everyMs > 0 && Number.isSafeInteger(anchorMs))) {
    throw new RangeError(`an interval needs whole milliseconds, got ${everyMs} from ${anchorMs}`)
  }
  return {
    next(afterMs) {
      const sinceMs = Math.floor(afterMs)
      const passedMs = (((sinceMs - anchorMs) % everyMs) + everyMs) % everyMs
      const slotMs = sinceMs - passedMs + everyMs
      return Number.isSafeInteger(slotMs) ? slotMs : undefined
    },
  }
}

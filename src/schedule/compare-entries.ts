import type { ScheduleEntry } from './schedule-entry.js'

/** Whether two entries are the same in all that is stored of them. */
export const isSameEntry = (one: ScheduleEntry, other: ScheduleEntry): boolean =>
  JSON.stringify(one) === JSON.stringify(other)

/** Whether two entries are due at the same times, whatever they run. */
export const hasSameTimes = (one: ScheduleEntry, other: ScheduleEntry): boolean => timesOf(one) === timesOf(other)

const timesOf = ({ schedule, startAtMs, endAtMs }: ScheduleEntry): string =>
  JSON.stringify([schedule, startAtMs, endAtMs])

import { SOLAR_EVENTS } from './schedule.js'
import type { ScheduleEntry } from './schedule-entry.js'

/**
 * Whether what was stored has the shape of an entry: anybody can write to a broker. What its schedule makes of the
 * values is said by the timetable that is made of it.
 */
export function isStoredEntry(value: unknown): value is ScheduleEntry {
  if (!isRecord(value)) return false
  const { name, task, args, options, schedule, startAtMs, endAtMs, limit, jitterMs, misfire, overlap } = value
  return (
    typeof name === 'string' &&
    typeof task === 'string' &&
    Array.isArray(args) &&
    isRecord(options) &&
    isSchedule(schedule) &&
    [startAtMs, endAtMs, limit].every((each) => each === undefined || isNumber(each)) &&
    isNumber(jitterMs) &&
    isMisfire(misfire) &&
    isOneOf(overlap, ['allow', 'skip', 'queue', 'cancel'])
  )
}

function isSchedule(value: unknown): boolean {
  if (!isRecord(value)) return false
  switch (value.kind) {
    case 'crontab':
      return (
        typeof value.pattern === 'string' && typeof value.tz === 'string' && isOneOf(value.days, ['either', 'both'])
      )
    case 'interval':
      return isNumber(value.everyMs) && value.everyMs >= 1 && isNumber(value.anchorMs)
    case 'solar':
      return isOneOf(value.event, SOLAR_EVENTS) && isNumber(value.latitude) && isNumber(value.longitude)
    case 'clocked':
      return isNumber(value.atMs)
    default:
      return false
  }
}

const isMisfire = (value: unknown): boolean =>
  isRecord(value) && isOneOf(value.run, ['skip', 'last', 'all']) && isNumber(value.max) && isNumber(value.graceMs)

const isOneOf = (value: unknown, words: readonly string[]): boolean => words.includes(value as string)

const isNumber = (value: unknown): value is number => Number.isFinite(value)

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

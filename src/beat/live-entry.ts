import type { ScheduleRecord, ScheduleState } from '../engine/schedules/schedule-record.js'
import type { Timetable } from '../schedule/schedule.js'
import type { ScheduleEntry } from '../schedule/schedule-entry.js'

/** An entry that is there, with its times. */
export interface LiveEntry {
  readonly entry: ScheduleEntry
  readonly state: ScheduleState
  readonly timetable: Timetable
}

/** The parts of a record that an entry needs to be live; undefined where one is missing. */
export function toLive(record: ScheduleRecord | undefined, timetable: Timetable | undefined): LiveEntry | undefined {
  const { definition, state } = record ?? {}
  return definition && state && timetable ? { entry: definition.entry, state, timetable } : undefined
}

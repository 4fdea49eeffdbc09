import type { ScheduleRecord, ScheduleState } from '../engine/schedules/schedule-record.js'
import { createEntryTimetable } from '../schedule/entry-timetable.js'
import type { Timetable } from '../schedule/schedule.js'
import { toLive } from './live-entry.js'
import { nextDueMs } from './plan-slots.js'

/** How often is looked whether a held slot may run. */
const HELD_MS = 1000

interface Member {
  readonly record: ScheduleRecord
  readonly timetable: Timetable | undefined
  /** When it is next to be looked at; infinite for never. */
  readonly dueMs: number
}

/** The entries as the leader knows them, and which is due next. What is stored decides; this only says when to look. */
export class Roster {
  readonly #members = new Map<string, Member>()

  /** Replaces all entries. Returns those that cannot be used here, and why. */
  load(records: ReadonlyMap<string, ScheduleRecord>, nowMs: number): { name: string; reason: string }[] {
    const unusable: { name: string; reason: string }[] = []
    for (const name of this.#members.keys()) if (!records.has(name)) this.#members.delete(name)
    for (const [name, record] of records) {
      const reason = this.update(name, record, nowMs)
      if (reason !== undefined) unusable.push({ name, reason })
    }
    return unusable
  }

  /** Takes in what is stored of an entry now. Returns why it cannot be used here, if it cannot. */
  update(name: string, record: ScheduleRecord, nowMs: number): string | undefined {
    try {
      const timetable = this.#timetableOf(name, record)
      this.#members.set(name, { record, timetable, dueMs: dueOf(record, timetable, nowMs) })
      return record.unreadable
    } catch (error) {
      this.#members.set(name, { record, timetable: undefined, dueMs: Number.POSITIVE_INFINITY })
      return (error as Error).message
    }
  }

  /** Leaves an entry alone for a while. */
  putAside(name: string, untilMs: number): void {
    const member = this.#members.get(name)
    if (member !== undefined) this.#members.set(name, { ...member, dueMs: untilMs })
  }

  /** Whether no slot of an entry lies ahead, though it may run. */
  isOver(name: string): boolean {
    const { record, timetable } = this.#members.get(name) ?? {}
    const live = record && toLive(record, timetable)
    return live !== undefined && !live.state.paused && live.timetable.next(live.state.cursorMs) === undefined
  }

  timetableOf(name: string): Timetable | undefined {
    return this.#members.get(name)?.timetable
  }

  /** The entries to look at now, those that are due the longest first: none waits for ever behind others. */
  due(nowMs: number): string[] {
    return [...this.#members]
      .filter(([, { dueMs }]) => dueMs <= nowMs)
      .sort(([, one], [, other]) => one.dueMs - other.dueMs)
      .map(([name]) => name)
  }

  /** When the next entry is due; infinite when none ever is. */
  get nextDueMs(): number {
    let next = Number.POSITIVE_INFINITY
    for (const { dueMs } of this.#members.values()) next = Math.min(next, dueMs)
    return next
  }

  /** How many entries there are. */
  get size(): number {
    return [...this.#members.values()].filter(({ timetable }) => timetable !== undefined).length
  }

  /** How far each entry had come. */
  get states(): ReadonlyMap<string, ScheduleState> {
    const known = [...this.#members].flatMap(([name, { record }]) =>
      record.state ? [[name, record.state] as const] : [],
    )
    return new Map(known)
  }

  /** A timetable costs time to make: it is kept while the entry is the same. */
  #timetableOf(name: string, { definition }: ScheduleRecord): Timetable | undefined {
    if (definition === undefined) return undefined
    const known = this.#members.get(name)
    const isKnown = JSON.stringify(known?.record.definition) === JSON.stringify(definition)
    return isKnown && known?.timetable ? known.timetable : createEntryTimetable(definition.entry)
  }
}

function dueOf(record: ScheduleRecord, timetable: Timetable | undefined, nowMs: number): number {
  const live = toLive(record, timetable)
  if (live === undefined || live.state.paused) return Number.POSITIVE_INFINITY
  const slotMs = nextDueMs(live.timetable, live.entry, live.state) ?? Number.POSITIVE_INFINITY
  return live.state.heldSlotMs === undefined ? slotMs : Math.min(slotMs, nowMs + HELD_MS)
}

import { formatProblem, type Problem } from '../errors/problems.js'
import { TaskqError } from '../errors/taskq-error.js'
import { describeSchedule } from '../schedule/describe.js'
import { dstMark } from '../schedule/describe-dst.js'
import { showWritten } from '../schedule/entry-fields.js'
import type { Instant } from '../schedule/schedule-options.js'
import { formatInZone } from '../time/zone.js'
import type { SchedulesAccess } from './schedules-access.js'
import { readInstant, slotsOf, zoneOf } from './schedules-instants.js'
import { findEntry, type UsableEntry } from './schedules-lookup.js'

/** Which slots are to be shown. */
export interface PreviewRequest {
  /** How many at the most. Default 10, at most 1000. */
  readonly count?: number
  /** From this instant on. Default: now. */
  readonly from?: Instant
}

/** The next slots of an entry. */
export interface SchedulePreview {
  readonly name: string
  readonly task: string
  /** Its times, in words. */
  readonly when: string
  /** The zone of `local`: a crontab's own, else the config's `timezone`. */
  readonly tz: string
  /** Paused: the slots pass without a job. */
  readonly paused: boolean
  /** Not stored yet: a beat stores it when it begins to lead. */
  readonly inCodeOnly: boolean
  /** Each job is enqueued up to so many milliseconds after its slot. */
  readonly jitterMs: number
  /** How many jobs `limit` still allows. */
  readonly left?: number
  /** Those that `startAt`, `endAt` and `limit` allow. */
  readonly slots: readonly PreviewedSlot[]
  /** The time by the broker's clock. */
  readonly now: Date
}

/** One slot to come. */
export interface PreviewedSlot {
  readonly slot: Date
  /** What the clock in the entry's zone shows: `2026-11-22 03:00:00 +01:00`. */
  readonly local: string
  /** What the clock does at that time, where it is changed: `clock goes back: first of two 02:30`. */
  readonly mark?: string
}

const DEFAULT_COUNT = 10
const LARGEST_COUNT = 1000
/** Slots before `from` that are counted against the limit; more would take too long. */
const MOST_COUNTED = 10_000

/** Shows the next slots of an entry, stored or only in the code. */
export async function previewSchedule(
  access: SchedulesAccess,
  name: string,
  request: PreviewRequest,
): Promise<SchedulePreview> {
  const found = await findEntry(access, name)
  const { entry, state, inCodeOnly } = found
  const tz = zoneOf(entry, access.timezone)
  const { count, fromMs } = readRequest(access, name, tz, request)
  const left = entry.limit === undefined ? undefined : Math.max(0, entry.limit - (state?.runs ?? 0))
  const slots = nextSlots(found, { count, fromMs, left, nowMs: access.nowMs })
  return {
    name,
    task: entry.task,
    when: describeSchedule(entry.schedule),
    tz,
    paused: state?.paused === true,
    inCodeOnly,
    jitterMs: entry.jitterMs,
    ...(left !== undefined && { left }),
    slots: slots.map((slotMs) => {
      const mark = dstMark(entry.schedule, slotMs)
      return { slot: new Date(slotMs), local: formatInZone(slotMs, tz), ...(mark !== undefined && { mark }) }
    }),
    now: new Date(access.nowMs),
  }
}

function readRequest(
  { nowMs }: SchedulesAccess,
  name: string,
  tz: string,
  { count = DEFAULT_COUNT, from }: PreviewRequest,
) {
  const problems: Problem[] = []
  const fromMs = from === undefined ? nowMs : readInstant('from', from, tz, problems)
  if (!Number.isInteger(count) || count < 1 || count > LARGEST_COUNT)
    problems.push({ key: 'count', expected: `a whole number from 1 to ${LARGEST_COUNT}`, got: showWritten(count) })
  if (problems.length === 0) return { count, fromMs }
  throw new TaskqError('TASKQ_SCHEDULE_INVALID', problems.map(formatProblem).join('; '), {
    data: { schedule: name, problems },
  })
}

interface Span {
  readonly count: number
  readonly fromMs: number
  readonly left: number | undefined
  readonly nowMs: number
}

function nextSlots(
  { timetable }: UsableEntry,
  { count, fromMs, left = Number.POSITIVE_INFINITY, nowMs }: Span,
): number[] {
  const before = left === Number.POSITIVE_INFINITY ? [] : slotsOf(timetable, nowMs, fromMs, MOST_COUNTED)
  return slotsOf(timetable, fromMs, Number.POSITIVE_INFINITY, Math.min(count, left - before.length))
}

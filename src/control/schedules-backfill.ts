import type { NewJob } from '../engine/delivery.js'
import { jobStateOf } from '../engine/jobs/job-state.js'
import type { ScheduleState } from '../engine/schedules/schedule-record.js'
import { formatProblem, type Problem, show } from '../errors/problems.js'
import { TaskqError } from '../errors/taskq-error.js'
import { showWritten } from '../schedule/entry-fields.js'
import type { ScheduleEntry } from '../schedule/schedule-entry.js'
import type { Instant } from '../schedule/schedule-options.js'
import { slotJobId } from '../schedule/slot-id.js'
import type { SchedulesAccess } from './schedules-access.js'
import { readInstant, slotsOf, zoneOf } from './schedules-instants.js'
import { requireEntry, type UsableEntry } from './schedules-lookup.js'

/** Which slots of an entry are to be run after the event. */
export interface BackfillRequest {
  /** The first instant of which the slot runs. */
  readonly from: Instant
  /** The first instant of which the slot does not run; not in the future: those slots are Beat's. */
  readonly to: Instant
  /** Only say what would be done. Default false. */
  readonly dryRun?: boolean
  /** More slots than that are refused. Default 1000. */
  readonly max?: number
}

/** What a backfill did. */
export interface Backfill {
  readonly name: string
  /** Whether it only says what would be done. */
  readonly dryRun: boolean
  /** Oldest first. */
  readonly slots: readonly BackfilledSlot[]
}

/** One slot of a backfill. */
export interface BackfilledSlot {
  readonly slot: Date
  /** The same that Beat gives the slot's job: nobody enqueues a slot whose job is there. */
  readonly jobId: string
  readonly enqueued: boolean
  /** Why it was not enqueued: its job was there, {@link LEFT_TO_BEAT} or {@link DRY_RUN}. */
  readonly reason?: string
}

/** The `reason` of a slot that would have been enqueued. */
export const DRY_RUN = 'dry run'

/** The `reason` of a slot that Beat may yet enqueue. */
export const LEFT_TO_BEAT = 'left to Beat, which has not dealt with it yet'

const DEFAULT_MAX = 1000
const LARGEST_MAX = 100_000

/** Jobs that are looked for, made and enqueued at a time: more would make other clients of the broker wait. */
const CHUNK = 100

/**
 * Enqueues the jobs of an entry's slots from one instant to another, paused or not. Left out are those whose job is
 * still stored; and, unless the entry is paused, those that Beat has not dealt with yet. A job that is stored no longer
 * is made again: done twice, it doubles the jobs of a task that ignores its results. How far the entry has come is not
 * touched.
 */
export async function backfillSchedule(
  access: SchedulesAccess,
  name: string,
  request: BackfillRequest,
): Promise<Backfill> {
  const dryRun = request.dryRun === true
  const found = await requireEntry(access, name)
  const slots = findSlots(access, found, request)
  const done: BackfilledSlot[] = []
  for (let start = 0; start < slots.length; start += CHUNK) {
    const chunk = slots.slice(start, start + CHUNK)
    done.push(...(await backfillChunk(access, found, chunk, dryRun)))
  }
  return { name, dryRun, slots: done }
}

async function backfillChunk(
  access: SchedulesAccess,
  { entry, state }: UsableEntry,
  slots: readonly number[],
  dryRun: boolean,
): Promise<BackfilledSlot[]> {
  const free = slots.filter((slotMs) => !isBeats(slotMs, state))
  const found = await Promise.all(free.map((slotMs) => access.engine.jobs.find(slotJobId(entry.name, slotMs))))
  const stored = new Map(free.map((slotMs, index) => [slotMs, found[index]]))
  const missing = free.filter((slotMs) => stored.get(slotMs) === undefined)
  // Also of a dry run: it says whether the jobs can be made.
  const jobs = await Promise.all(missing.map((slotMs) => planSlot(access, entry, slotMs)))
  if (!dryRun) await access.store.change([], () => ({ writes: [], jobs, isEdit: false }))
  return slots.map((slotMs) => {
    const slot = { slot: new Date(slotMs), jobId: slotJobId(entry.name, slotMs) }
    const job = stored.get(slotMs)
    if (isBeats(slotMs, state)) return { ...slot, enqueued: false, reason: LEFT_TO_BEAT }
    if (job !== undefined) return { ...slot, enqueued: false, reason: `its job is there: ${jobStateOf(job)}` }
    return dryRun ? { ...slot, enqueued: false, reason: DRY_RUN } : { ...slot, enqueued: true }
  })
}

/**
 * Whether Beat may yet enqueue a slot: it is late, jitter moves the slot, or the slot waits for the job before it.
 * What is not so stays not so, whatever Beat does meanwhile: an entry only moves on, and resumed, it goes on at now.
 */
const isBeats = (slotMs: number, state: ScheduleState | undefined): boolean =>
  state === undefined || (!state.paused && (slotMs > state.cursorMs || slotMs === state.heldSlotMs))

async function planSlot(access: SchedulesAccess, entry: ScheduleEntry, slotMs: number): Promise<NewJob> {
  const { name, task, args, options } = entry
  const id = slotJobId(name, slotMs)
  const job = await access.planJob({ id, task, args, options, schedule: { name, slotMs } })
  return { ...job, enqueuedAtMs: access.nowMs }
}

/** The slots that are asked for. @throws TaskqError `TASKQ_SCHEDULE_INVALID` */
function findSlots(access: SchedulesAccess, { entry, timetable }: UsableEntry, request: BackfillRequest): number[] {
  const { fromMs, toMs, max } = readRequest(access, entry, request)
  const slots = slotsOf(timetable, fromMs, toMs, max + 1)
  if (slots.length <= max) return slots
  const message = `${show(entry.name)} has at least ${slots.length} slots in that time, and max is ${max}`
  throw new TaskqError('TASKQ_SCHEDULE_INVALID', message, {
    hint: 'Take a shorter time, or raise max.',
    data: { schedule: entry.name, max },
  })
}

function readRequest({ timezone, nowMs }: SchedulesAccess, entry: ScheduleEntry, request: BackfillRequest) {
  const { from, to, max = DEFAULT_MAX } = request
  const problems: Problem[] = []
  const tz = zoneOf(entry, timezone)
  const fromMs = readInstant('from', from, tz, problems)
  const toMs = readInstant('to', to, tz, problems)
  const refuse = (key: string, expected: string, value: unknown) =>
    problems.push({ key, expected, got: showWritten(value) })
  if (toMs > nowMs) refuse('to', `an instant that is over (it is ${new Date(nowMs).toISOString()})`, to)
  if (fromMs >= toMs) refuse('to', 'an instant later than from', to)
  if (!Number.isInteger(max) || max < 1 || max > LARGEST_MAX)
    refuse('max', `a whole number from 1 to ${LARGEST_MAX}`, max)
  if (problems.length === 0) return { fromMs, toMs, max }
  throw new TaskqError('TASKQ_SCHEDULE_INVALID', problems.map(formatProblem).join('; '), {
    data: { schedule: entry.name, problems },
  })
}

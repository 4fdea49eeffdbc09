import type { ScheduleWrite } from '../engine/commit-schedules.js'
import type { NewJob } from '../engine/delivery.js'
import { isSpent, type ScheduleRecord, type ScheduleState } from '../engine/schedule-record.js'
import { isTaskqError } from '../errors/taskq-error.js'
import type { BeatEvent } from '../events/beat-event.js'
import type { Timetable } from '../schedule/schedule.js'
import type { ScheduleEntry } from '../schedule/schedule-entry.js'
import { slotJobId } from '../schedule/slot-id.js'
import { applyOverlap, type EarlierJob, type OverlapRuling } from './apply-overlap.js'
import type { JobPort } from './beat-options.js'
import { jitterOf } from './jitter.js'
import { planSlots, type SlotPlan } from './plan-slots.js'

/** What is to be written of one entry, and told when it was. */
export interface Settlement {
  readonly write: ScheduleWrite
  readonly jobs: readonly NewJob[]
  readonly events: readonly BeatEvent[]
}

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

/**
 * Settles what is due of one entry: which slots (misfire, limit) → which of them now (overlap) → their jobs → its new
 * state. Undefined when nothing is due. Throws what may be over in a moment: a broker that is away.
 */
export async function settleEntry(live: LiveEntry, nowMs: number, jobs: JobPort): Promise<Settlement | undefined> {
  const { entry, state, timetable } = live
  if (state.paused) return undefined
  const plan = isSpent(entry, state) ? undefined : planSlots(timetable, entry, state, nowMs)
  const made = new MadeJobs(entry, nowMs, jobs)
  const slots = slotsLeft(live, plan)
  const ruling = await applyOverlap(entry.overlap, slots, earlierJobOf(live, made, slots, jobs))
  const isUnchanged = plan === undefined && ruling.run.length === 0 && ruling.held === state.heldSlotMs
  if (isUnchanged) return undefined
  return conclude(live, nowMs, plan, ruling, await Promise.all(ruling.run.map((slotMs) => made.of(slotMs))))
}

/** The slots that are due, the held one first, as far as the entry's limit allows. */
function slotsLeft({ entry: { limit }, state }: LiveEntry, plan: SlotPlan | undefined): readonly number[] {
  const slots = [...(state.heldSlotMs === undefined ? [] : [state.heldSlotMs]), ...(plan?.slots ?? [])]
  return limit === undefined ? slots : slots.slice(0, Math.max(0, limit - state.runs))
}

function earlierJobOf(
  { entry, state: { last } }: LiveEntry,
  made: MadeJobs,
  slots: readonly number[],
  jobs: JobPort,
): EarlierJob {
  return {
    hasEnded: async () => last === undefined || (await jobs.hasEnded(last)),
    revoke: async () => {
      const latest = slots.at(-1)
      // No job is ended for one that cannot be made.
      if (last === undefined || latest === undefined || 'message' in (await made.of(latest))) return true
      return jobs.revoke(last, `the next slot of ${entry.name} is due`)
    },
  }
}

type MadeJob = { readonly slotMs: number } & ({ readonly job: NewJob } | { readonly message: string })

/** The jobs of an entry's slots, each made when it is first asked for. */
class MadeJobs {
  readonly #made = new Map<number, Promise<MadeJob>>()

  constructor(
    private readonly entry: ScheduleEntry,
    private readonly nowMs: number,
    private readonly jobs: JobPort,
  ) {}

  of(slotMs: number): Promise<MadeJob> {
    const made = this.#made.get(slotMs) ?? this.#make(slotMs)
    this.#made.set(slotMs, made)
    return made
  }

  async #make(slotMs: number): Promise<MadeJob> {
    const { name, task, args, options } = this.entry
    try {
      const job = await this.jobs.plan({ id: slotJobId(name, slotMs), task, args, options, schedule: { name, slotMs } })
      return { slotMs, job: { ...job, enqueuedAtMs: Math.round(this.nowMs) } }
    } catch (error) {
      if (isPassing(error)) throw error
      return { slotMs, message: (error as Error).message }
    }
  }
}

/** Whether an error says that the broker is away or not ready, so that the same is worth another try. */
export function isPassing(error: unknown): boolean {
  if (isTaskqError(error)) return PASSING.has(error.code)
  const { name, message } = error as Error
  return name === 'ReplyError' && !/^WRONGTYPE/.test(message)
}

const PASSING: ReadonlySet<string> = new Set([
  'TASKQ_ENQUEUE_NOT_SENT',
  'TASKQ_BROKER_UNREACHABLE',
  'TASKQ_BROKER_AUTH',
])

function conclude(
  { entry, state }: LiveEntry,
  nowMs: number,
  plan: SlotPlan | undefined,
  ruling: OverlapRuling,
  made: readonly MadeJob[],
): Settlement {
  const enqueued = made.filter((each) => 'job' in each)
  const missed = plan?.missed ?? 0
  const { heldSlotMs: _, ...before } = state
  const latest = enqueued.at(-1)
  const next: ScheduleState = {
    ...before,
    cursorMs: plan?.cursorMs ?? state.cursorMs,
    runs: state.runs + enqueued.length,
    skipped: state.skipped + missed + ruling.skipped + (made.length - enqueued.length),
    ...(latest && { last: runOf(latest.slotMs, latest.job, nowMs) }),
    ...(ruling.held !== undefined && { heldSlotMs: ruling.held }),
  }
  return {
    write: { name: entry.name, state: next },
    jobs: enqueued.map(({ job }) => job),
    events: [
      ...made.map((each) => tellOf(entry, each, nowMs)),
      ...skips(entry.name, missed, ruling.skipped),
      ...holds(entry, state, ruling.held),
    ],
  }
}

const runOf = (slotMs: number, { id, lane }: NewJob, nowMs: number) => ({
  slotMs,
  jobId: id,
  lane,
  enqueuedAtMs: Math.round(nowMs),
})

function tellOf(entry: ScheduleEntry, made: MadeJob, nowMs: number): BeatEvent {
  const { slotMs } = made
  if ('message' in made) return { name: 'slot.failed', schedule: entry.name, slotMs, message: made.message }
  const lateMs = Math.max(0, nowMs - slotMs - jitterOf(entry, slotMs))
  return { name: 'slot.enqueued', schedule: entry.name, slotMs, jobId: made.job.id, lateMs }
}

function skips(schedule: string, missed: number, overlapped: number): BeatEvent[] {
  const counts = [['missed', missed] as const, ['overlap', overlapped] as const]
  return counts
    .filter(([, count]) => count > 0)
    .map(([reason, count]) => ({ name: 'slots.skipped', schedule, reason, count }) as const)
}

function holds({ name, overlap }: ScheduleEntry, state: ScheduleState, heldSlotMs: number | undefined): BeatEvent[] {
  if (heldSlotMs === undefined || heldSlotMs === state.heldSlotMs || state.last === undefined) return []
  const jobId = state.last.jobId
  return [{ name: 'slot.held', schedule: name, slotMs: heldSlotMs, jobId, revoked: overlap === 'cancel' }]
}

import type { NewJob } from '../engine/delivery.js'
import type { ScheduleWrite } from '../engine/schedules/commit-schedules.js'
import type { ScheduleState } from '../engine/schedules/schedule-record.js'
import type { BeatEvent } from '../events/beat-event.js'
import type { ScheduleEntry } from '../schedule/schedule-entry.js'
import type { OverlapRuling } from './apply-overlap.js'
import { jitterOf } from './jitter.js'
import type { LiveEntry } from './live-entry.js'
import type { SlotPlan } from './plan-slots.js'
import type { SlotJob } from './slot-jobs.js'

/** What is to be written of one entry, and told when it was. */
export interface Settlement {
  readonly write: ScheduleWrite
  readonly jobs: readonly NewJob[]
  readonly events: readonly BeatEvent[]
}

/** Concludes what was decided of an entry: its new state, its jobs, and what is to be told. */
export function conclude(
  { entry, state }: LiveEntry,
  nowMs: number,
  plan: SlotPlan | undefined,
  ruling: OverlapRuling,
  made: readonly SlotJob[],
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

function tellOf(entry: ScheduleEntry, made: SlotJob, nowMs: number): BeatEvent {
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

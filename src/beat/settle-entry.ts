import { isSpent } from '../engine/schedules/schedule-record.js'
import { applyOverlap, type EarlierJob } from './apply-overlap.js'
import type { JobPort } from './beat-options.js'
import type { LiveEntry } from './live-entry.js'
import { planSlots, type SlotPlan } from './plan-slots.js'
import { conclude, type Settlement } from './settlement.js'
import { SlotJobs } from './slot-jobs.js'

/**
 * Settles what is due of one entry: which slots (misfire, limit) → which of them now (overlap) → their jobs → its new
 * state. Undefined when nothing is due. Throws what may be over in a moment: a broker that is away.
 */
export async function settleEntry(live: LiveEntry, nowMs: number, jobs: JobPort): Promise<Settlement | undefined> {
  const { entry, state, timetable } = live
  if (state.paused) return undefined
  const plan = isSpent(entry, state) ? undefined : planSlots(timetable, entry, state, nowMs)
  const made = new SlotJobs(entry, nowMs, jobs)
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
  made: SlotJobs,
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

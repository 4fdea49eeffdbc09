/** Bounds between which a worker chooses its number of slots itself. */
export interface SlotRange {
  readonly min: number
  readonly max: number
}

/** What a worker sees of itself, once a second. */
export interface Observation extends SlotRange {
  readonly slots: number
  /** Slots in use, and the most that were since the number of slots last changed or was last needed in full. */
  readonly busy: number
  readonly mostBusy: number
  /** For how long not all slots have been needed. */
  readonly quietMs: number
  /** Jobs that could start now, had they a slot. */
  readonly waiting: number
  /** How late timers come. */
  readonly loopLagMs: number
}

/**
 * An event loop that is late by so much is itself what jobs wait for: more slots would make each of them slower. A
 * healthy loop is late by 1 to 5 ms; one that is full of work by tens.
 */
const BUSY_LOOP_MS = 40
/** So long must some slots have been idle before one is taken away: longer than the pauses of work that comes in waves. */
const QUIET_MS = 10_000
/** What goes at once: a quarter of what was not needed, so that a short lull costs little. */
const SHRINK_SHARE = 0.25

/**
 * How many slots a worker had better have. Growing is quick, since jobs wait: it doubles, but never to more than jobs
 * wait for. Shrinking is slow, since an idle slot costs nothing but the memory of what it once ran.
 *
 * - all slots in use, jobs waiting, the event loop has time: up to twice as many
 * - some idle for 10 s: a quarter of those that were never needed go, at least one
 */
export function nextSlots(seen: Observation): number {
  return Math.min(seen.max, Math.max(seen.min, wantedSlots(seen)))
}

function wantedSlots({ slots, busy, mostBusy, quietMs, waiting, loopLagMs }: Observation): number {
  if (busy >= slots) {
    const mayGrow = waiting > 0 && loopLagMs < BUSY_LOOP_MS
    return mayGrow ? slots + Math.min(slots, waiting) : slots
  }
  if (quietMs < QUIET_MS) return slots
  return slots - Math.max(1, Math.floor((slots - mostBusy) * SHRINK_SHARE))
}

import type { OverlapRule } from '../schedule/schedule-entry.js'

/** What an overlap rule makes of the slots that are due. */
export interface OverlapRuling {
  /** The slots to run now. */
  readonly run: readonly number[]
  /** The slot that waits until the job before it has ended. */
  readonly held: number | undefined
  /** How many do not run. */
  readonly skipped: number
}

/** What an overlap rule needs to know, asked only when it does. */
export interface EarlierJob {
  /** Whether the job of the slot before has ended. */
  hasEnded(): Promise<boolean>
  /** Revokes it. True when it has ended with that; false when it was told to, and runs on for now. */
  revoke(): Promise<boolean>
}

/**
 * Says which of the slots run while the job before them may not have ended. `slots` are oldest first, a slot that has
 * been held included.
 */
export async function applyOverlap(
  rule: OverlapRule,
  slots: readonly number[],
  earlier: EarlierJob,
): Promise<OverlapRuling> {
  if (rule === 'allow' || slots.length === 0) return { run: slots, held: undefined, skipped: 0 }
  const hasEnded = await earlier.hasEnded()
  if (rule === 'cancel') return latestOnly(slots, hasEnded || (await earlier.revoke()))
  const [first, ...others] = slots
  const run = hasEnded && first !== undefined ? [first] : []
  const waiting = hasEnded ? others : slots
  if (rule === 'skip') return { run, held: undefined, skipped: waiting.length }
  return { run, held: waiting.at(-1), skipped: Math.max(0, waiting.length - 1) }
}

/** Of slots that would each cancel the one before, only the latest comes to anything. */
function latestOnly(slots: readonly number[], mayRun: boolean): OverlapRuling {
  const latest = slots.slice(-1)
  return { run: mayRun ? latest : [], held: mayRun ? undefined : latest[0], skipped: slots.length - 1 }
}

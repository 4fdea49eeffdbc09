import type { WorkerFacts } from '../engine/worker-facts.js'

/** Whoever has not been heard of for so long is gone. */
const LONGEST_SILENCE_MS = 15_000

/**
 * How long ago something was that a worker told of, where it may have another clock than the broker: what had passed
 * by its own clock at its last heartbeat, and what has passed since. That is wrong by 15 s at the most, however wrong
 * the worker's clock is.
 *
 * @param since by the worker's clock
 * @param now by the broker's
 */
export function ageMs(since: number, { beatAt }: Pick<WorkerFacts, 'beatAt'>, now: number): number {
  if (beatAt === undefined) return Math.max(0, now - since)
  return Math.max(0, beatAt - since) + Math.min(Math.max(0, now - beatAt), LONGEST_SILENCE_MS)
}

import type { WorkerFacts } from '../engine/workers/worker-facts.js'
import { SILENT_AFTER_MS } from '../engine/workers/worker-registry.js'

/**
 * How long ago something was that a worker told of, where it may have another clock than the broker: what had passed
 * by its own clock at its last heartbeat, and what has passed since by the broker's. However wrong the worker's clock
 * is, this is right.
 *
 * @param since by the worker's clock
 * @param now by the broker's
 */
export function ageMs(since: number, worker: Heard, now: number): number {
  const { beatAt } = worker
  if (beatAt === undefined) return Math.max(0, now - since)
  return Math.max(0, beatAt - since) + (heardMs(worker, now) ?? 0)
}

/** How long ago a worker was last heard of; undefined where that is not known. */
export const heardMs = ({ heardAt }: Pick<WorkerFacts, 'heardAt'>, now: number): number | undefined =>
  heardAt === undefined ? undefined : Math.max(0, now - heardAt)

/** How long a worker has been silent; undefined for one that is heard of. Silent is not down. */
export function silentMs(worker: Pick<WorkerFacts, 'heardAt'>, now: number): number | undefined {
  const ms = heardMs(worker, now)
  return ms !== undefined && ms > SILENT_AFTER_MS ? ms : undefined
}

type Heard = Pick<WorkerFacts, 'beatAt' | 'heardAt'>

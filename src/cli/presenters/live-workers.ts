import { NONE_LIVES } from '../../control/choose-workers.js'
import { ageMs, silentMs } from '../../control/heartbeat-age.js'
import type { WorkerFacts } from '../../engine/workers/worker-facts.js'
import { formatDuration } from '../../time/duration.js'
import { presentTable } from './table.js'

/**
 * The workers that are not gone, a line each.
 *
 * @param at by the broker's clock
 */
export function presentWorkers(workers: readonly WorkerFacts[], at: number): string {
  if (workers.length === 0) return NONE_LIVES
  const rows = workers.map((worker) => [
    worker.name,
    worker.pid,
    worker.queues.join(','),
    worker.concurrency,
    worker.active,
    `${worker.succeeded}/${worker.failed}`,
    formatDuration(ageMs(worker.startedAt, worker, at)),
    noteOf(worker, at),
  ])
  return presentTable(['worker', 'pid', 'queues', 'concurrency', 'active', 'ok/failed', 'up', ''], rows)
}

/** Silence is told as such: it may be the network, or an event loop that is blocked. */
function noteOf(worker: WorkerFacts, at: number): string {
  const silent = silentMs(worker, at)
  if (silent !== undefined) return `silent for ${formatDuration(silent)}`
  return worker.stopping === true ? 'stops' : ''
}

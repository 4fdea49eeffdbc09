import type { WorkerFacts } from '../../engine/worker-facts.js'
import { formatDuration } from '../../time/duration.js'
import { presentTable } from './table.js'

/** The workers that live, a line each. */
export function presentWorkers(workers: readonly WorkerFacts[], nowMs: number): string {
  if (workers.length === 0) return 'No worker runs: start one with taskq worker, or taskq dev.'
  const rows = workers.map((worker) => [
    worker.name,
    worker.pid,
    worker.queues.join(','),
    worker.concurrency,
    worker.active,
    `${worker.succeeded}/${worker.failed}`,
    formatDuration(Math.max(0, nowMs - worker.startedAt)),
    worker.stopping === true ? 'stops' : '',
  ])
  return presentTable(['worker', 'pid', 'queues', 'concurrency', 'active', 'ok/failed', 'up', ''], rows)
}

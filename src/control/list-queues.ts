import type { QueueOverview } from '../engine/lanes/queue-overview.js'
import type { WorkerFacts } from '../engine/workers/worker-facts.js'

/** A queue, and whether anybody works on it. */
export interface QueueStatus extends QueueOverview {
  /** Whether a worker serves it that is not gone. One that is silent may well work on it. */
  readonly served: boolean
}

/** All queues by name: those that ever had a job, and those that a worker serves. */
export function listQueues(known: readonly QueueOverview[], workers: readonly WorkerFacts[]): QueueStatus[] {
  const served = new Set(workers.flatMap(({ queues }) => queues))
  const names = new Set(known.map(({ queue }) => queue))
  const idle = [...served].filter((queue) => !names.has(queue)).map(emptyQueue)
  return [...known, ...idle]
    .map((overview) => ({ ...overview, served: served.has(overview.queue) }))
    .sort((a, b) => (a.queue < b.queue ? -1 : 1))
}

/** Whether it holds jobs and nobody works on it. */
export const lacksWorker = ({ served, queued, blocked, scheduled, retrying }: QueueStatus): boolean =>
  !served && queued + blocked + scheduled + retrying > 0

const emptyQueue = (queue: string): QueueOverview => ({
  queue,
  queued: 0,
  blocked: 0,
  scheduled: 0,
  retrying: 0,
  active: 0,
  succeeded: 0,
  dead: 0,
  oldestQueuedAt: undefined,
  paused: false,
  limits: [],
})

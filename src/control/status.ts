import type { BrokerInfo } from '../engine/broker-info.js'
import type { Engine } from '../engine/engine.js'
import type { QueueStats } from '../engine/queue-stats.js'
import type { WorkerFacts } from '../engine/worker-registry.js'

/** What goes on now, over all processes of an app. */
export interface Status {
  readonly broker: Pick<BrokerInfo, 'server' | 'version' | 'pingMs'>
  /** The workers that live, by name. */
  readonly workers: readonly WorkerFacts[]
  /** By name: queues that ever had a job, and those that a worker serves. */
  readonly queues: readonly QueueStatus[]
}

/** A queue, and whether anybody works on it. */
export interface QueueStatus extends QueueStats {
  /** Whether a live worker serves it. */
  readonly served: boolean
}

/** Reads the status. Throws `TASKQ_BROKER_UNREACHABLE` or `TASKQ_BROKER_AUTH`. */
export async function readStatus(engine: Engine): Promise<Status> {
  const [{ server, version, pingMs }, workers, stats] = await Promise.all([
    engine.brokerInfo(),
    engine.workers(),
    engine.queueStats(),
  ])
  const served = new Set(workers.flatMap(({ queues }) => queues))
  const idle = [...served].filter((queue) => !stats.some((known) => known.queue === queue)).map(emptyQueue)
  const queues = [...stats, ...idle].map((queue) => ({ ...queue, served: served.has(queue.queue) }))
  return {
    broker: { server, version, pingMs },
    workers,
    queues: queues.sort((a, b) => (a.queue < b.queue ? -1 : 1)),
  }
}

const emptyQueue = (queue: string): QueueStats => ({
  queue,
  queued: 0,
  scheduled: 0,
  active: 0,
  succeeded: 0,
  failed: 0,
  paused: false,
})

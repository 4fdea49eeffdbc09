import type { Connection } from './connection.js'
import type { Keys } from './keys.js'
import { parseLane } from './lane.js'
import { runPipeline } from './run-pipeline.js'

/** What a logical queue holds, over all its lanes. */
export interface QueueStats {
  readonly queue: string
  readonly queued: number
  /** Waits for its time: a countdown, or a retry's wait. */
  readonly scheduled: number
  readonly active: number
  readonly succeeded: number
  /** Dead letters, and jobs that were revoked. */
  readonly failed: number
  readonly paused: boolean
}

/** Counts what queues hold. The cost does not depend on how much that is. */
export async function readQueueStats(
  connection: Connection,
  keys: Keys,
  lanes: readonly string[],
): Promise<QueueStats[]> {
  const pipeline = connection.pipeline()
  for (const lane of lanes) {
    pipeline
      .llen(keys.lane(lane, 'wait'))
      .zcard(keys.lane(lane, 'prioritized'))
      .zcard(keys.lane(lane, 'delayed'))
      .llen(keys.lane(lane, 'active'))
      .zcard(keys.lane(lane, 'completed'))
      .zcard(keys.lane(lane, 'failed'))
      .hget(keys.lane(lane, 'meta'), 'paused')
  }
  const replies = await runPipeline(pipeline)
  const byQueue = new Map<string, QueueStats>()
  lanes.forEach((lane, index) => {
    const { queue } = parseLane(lane)
    byQueue.set(queue, addUp(queue, byQueue.get(queue), replies.slice(index * PER_LANE, (index + 1) * PER_LANE)))
  })
  return [...byQueue.values()].sort((a, b) => (a.queue < b.queue ? -1 : 1))
}

const PER_LANE = 7

function addUp(queue: string, sum: QueueStats | undefined, replies: readonly unknown[]): QueueStats {
  const [wait, prioritized, delayed, active, completed, failed] = replies.map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  return {
    queue,
    queued: (sum?.queued ?? 0) + wait + prioritized,
    scheduled: (sum?.scheduled ?? 0) + delayed,
    active: (sum?.active ?? 0) + active,
    succeeded: (sum?.succeeded ?? 0) + completed,
    failed: (sum?.failed ?? 0) + failed,
    paused: (sum?.paused ?? false) || replies[6] !== null,
  }
}

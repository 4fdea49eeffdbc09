import type { JobJson } from 'bullmq'
import type { ChainableCommander } from 'ioredis'
import type { NewJob } from './delivery.js'
import type { Keys } from './keys.js'
import type { LaneBackends } from './lane-backends.js'

/** Events kept per lane. The engine's own 10,000 cost a small broker more memory than the jobs. */
const MAX_EVENTS = 2000

/** What BullMQ's `addJobToTransaction` takes to add a job. An id that is there already adds nothing. */
export function toAdd(
  job: NewJob,
  backends: LaneBackends,
): [JobJson, string, Record<string, never>, ReturnType<LaneBackends['keysOf']>] {
  const json = {
    id: job.id,
    name: job.task,
    data: job.data,
    opts: job.delayMs > 0 ? { delay: job.delayMs } : {},
    timestamp: job.enqueuedAtMs ?? Date.now(),
  } as unknown as JobJson
  return [json, job.id, {}, backends.keysOf(job.lane)]
}

/** Notes a lane where workers look for lanes. Before its first job, so that none waits unseen. */
export function announceLane(pipeline: ChainableCommander, keys: Keys, lane: string): void {
  pipeline.sadd(keys.lanes, lane).hset(keys.lane(lane, 'meta'), { 'opts.maxLenEvents': MAX_EVENTS })
}

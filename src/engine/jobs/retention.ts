import { toTime } from '../clock/broker-time.js'
import type { Connection } from '../connection/connection.js'
import { runPipeline } from '../connection/run-pipeline.js'
import type { Keys } from '../keys.js'
import type { LaneBackends } from '../lanes/lane-backends.js'
import type { BlockedLooks } from '../workflows/free-blocked.js'
import type { WalkedLanes } from './kept-results.js'
import { pruneRetrying } from './retrying-index.js'

/** How long finished jobs are kept. */
export interface Retention {
  /** Those of jobs that do not say themselves. */
  readonly resultTtlMs: number
  readonly deadLetterTtlMs: number
  readonly maxDeadLetters: number
}

/** How far a worker has looked through its lanes. */
export interface Looks {
  readonly walked: WalkedLanes
  readonly blocked: BlockedLooks
}

/** Removals in one script: short enough that no other client waits noticeably. */
const STEP = 500

/**
 * Removes a lane's finished jobs whose time is over, and notes of retries that are; blocked jobs that wait for nothing any
 * more go on. Done by the workers from time to time, not at every job's end: it costs a job nothing, and it also happens
 * in a queue where nothing ends any more.
 *
 * @returns how many were removed
 */
export async function sweepLane(
  connection: Connection,
  backends: LaneBackends,
  keys: Keys,
  lane: string,
  keep: Retention,
  { walked, blocked }: Looks,
): Promise<number> {
  const backend = await backends.of(lane)
  const clean: Clean = async (state, before, atMost = Number.POSITIVE_INFINITY) => {
    let removed = 0
    for (;;) {
      const step = Math.min(STEP, atMost - removed)
      const ids = await backend.cleanJobsByState(state, before, step)
      removed += ids.length
      if (ids.length < STEP || removed >= atMost) return removed
    }
  }
  const [hasOwnTimes, hasBlocked, time] = (await runPipeline(
    connection.pipeline().exists(keys.kept(lane)).exists(keys.lane(lane, 'waiting-children')).time(),
  )) as [number, number, (string | number)[]]
  const now = Math.floor(toTime(time))
  const before = now - keep.resultTtlMs
  if (hasBlocked > 0)
    await (await import('../workflows/free-blocked.js')).freeBlocked(connection, keys, lane, blocked, now)
  const succeeded = await (hasOwnTimes === 0
    ? clean('completed', before)
    : import('./kept-results.js').then(({ sweepResults }) =>
        sweepResults({ connection, keys, lane, now }, before, walked),
      ))
  const failed = await clean('failed', now - keep.deadLetterTtlMs)
  await pruneRetrying(connection, keys.retrying(lane), now)
  return succeeded + failed + (await trimDeadLetters(connection, keys, lane, keep.maxDeadLetters, clean))
}

/** Removes the oldest that ended before a time. */
type Clean = (state: 'completed' | 'failed', before: number, atMost?: number) => Promise<number>

/**
 * Keeps the newest `max` dead letters. The time alone would take too many where some died in the same
 * moment, the number alone where two workers sweep at once.
 */
async function trimDeadLetters(
  connection: Connection,
  keys: Keys,
  lane: string,
  max: number,
  clean: Clean,
): Promise<number> {
  const failed = keys.lane(lane, 'failed')
  const [count, [, newestSurplus]] = await Promise.all([
    connection.zcard(failed),
    connection.zrevrange(failed, max, max, 'WITHSCORES'),
  ])
  return newestSurplus === undefined ? 0 : clean('failed', Number(newestSurplus), count - max)
}

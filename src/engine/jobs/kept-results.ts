import type { Connection } from '../connection/connection.js'
import { runPipeline } from '../connection/run-pipeline.js'
import { runRemoval } from '../dead/removal-script.js'
import type { Keys } from '../keys.js'
import { walkByScore } from './failed-walk.js'

/** Results in one step: short enough that no other client waits noticeably. */
const STEP = 200
/** What was passed by is looked at again so often: workers' clocks differ. */
const WALK_ALL_MS = 3_600_000

/** How far a worker has looked through each lane's results: what is left there has a time of its own. */
export type WalkedLanes = Map<string, { readonly upTo: number; readonly allAt: number }>

/** Where results are swept. */
interface Lane {
  readonly connection: Connection
  readonly keys: Keys
  readonly lane: string
}

/** A lane, and the broker's time. */
interface LaneNow extends Lane {
  readonly now: number
}

/**
 * Removes a lane's results that ended before a time, but those that have a time of their own: these go when that is over.
 * The engine's scripts must be loaded.
 *
 * @returns how many were removed
 */
export async function sweepResults(at: LaneNow, before: number, walked: WalkedLanes): Promise<number> {
  const { now } = at
  const ownTimes = await removeOver(at, now)
  const last = walked.get(at.lane)
  const isWhole = last === undefined || now - last.allAt > WALK_ALL_MS || before < last.upTo
  const others = await removeOthers(at, isWhole ? '-inf' : `(${last.upTo}`, before)
  walked.set(at.lane, { upTo: before, allAt: isWhole ? now : last.allAt })
  return ownTimes + others
}

/** Those whose own time is over. */
async function removeOver({ connection, keys, lane }: Lane, now: number): Promise<number> {
  const kept = keys.kept(lane)
  let removed = 0
  for (;;) {
    const ids = await connection.zrangebyscore(kept, '-inf', now, 'LIMIT', 0, STEP)
    if (ids.length > 0) removed += await remove({ connection, keys, lane }, ids)
    if (ids.length > 0) await connection.zrem(kept, ...ids)
    if (ids.length < STEP) return removed
  }
}

/** Those that have no time of their own. */
async function removeOthers(at: Lane, first: string, before: number): Promise<number> {
  const { connection, keys, lane } = at
  const link = { read: <T>(work: (redis: Connection) => Promise<T>) => work(connection) }
  let removed = 0
  for await (const ids of walkByScore(link, keys.lane(lane, 'completed'), first, String(before))) {
    const pipeline = connection.pipeline()
    for (const id of ids) pipeline.zscore(keys.kept(lane), id)
    const own = await runPipeline(pipeline)
    const others = ids.filter((_, index) => own[index] === null)
    if (others.length > 0) removed += await remove(at, others)
  }
  return removed
}

async function remove({ connection, keys, lane }: Lane, ids: readonly string[]): Promise<number> {
  return (await runRemoval(connection, keys, lane, ids, 'succeeded')).filter((done) => done === 1).length
}

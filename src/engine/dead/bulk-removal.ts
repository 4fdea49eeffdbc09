import { walkByScore } from '../jobs/failed-walk.js'
import { type JobEdits, RETRY_STEP } from '../jobs/job-edits.js'
import type { ArgsText } from '../jobs/job-match.js'
import type { JobFilter } from '../jobs/job-summary.js'
import { type DeadTools, walkDead } from './walk-dead.js'

interface RemovalTools extends DeadTools {
  readonly edits: Pick<JobEdits, 'removeFrom'>
}

/** How far a removal of dead letters has come. */
export interface DropProgress {
  readonly searched: number
  readonly dropped: number
}

/** How they are removed. */
export interface DropOptions {
  readonly onProgress?: (progress: DropProgress) => void
  /** Only tells how many there are. */
  readonly dryRun?: boolean
}

/** Removes every dead letter that matches and was there when this was called. One that is retried meanwhile stays. */
export async function dropAll(
  tools: RemovalTools,
  filter: JobFilter,
  argsText: ArgsText,
  { onProgress = () => {}, dryRun = false }: DropOptions,
): Promise<DropProgress> {
  let progress: DropProgress = { searched: 0, dropped: 0 }
  const act = async (lane: string, ids: readonly string[]) => {
    const dropped = dryRun ? ids.length : await tools.edits.removeFrom('dead', lane, ids)
    return Array<number>(dropped).fill(1)
  }
  await walkDead(tools, filter, argsText, { act }, (searched, codes) => {
    progress = { searched: progress.searched + searched, dropped: progress.dropped + codes.length }
    onProgress(progress)
  })
  return progress
}

/**
 * Removes the jobs of a lane that wait for a worker, or for the end of another job, the oldest first: as many as there
 * were when this was called, so that it ends however many more come. With `scheduled`, those that wait for their time,
 * too.
 *
 * @returns how many were removed
 */
export async function purgeLane(tools: RemovalTools, lane: string, scheduled: boolean): Promise<number> {
  const { link, keys } = tools
  // First of all: each would be let go by the end of the one that it waits for.
  const blocked = await purgeSet(tools, lane, keys.lane(lane, 'waiting-children'))
  const queued = await purgeList(tools, lane)
  const ranked = await purgeSet(tools, lane, keys.lane(lane, 'prioritized'))
  const keyed = await purgeSet(tools, lane, keys.keyed(lane, 'waiting'))
  const waiting = blocked + queued + ranked + keyed
  if (!scheduled) return waiting
  let due = 0
  for await (const ids of walkByScore(link, keys.lane(lane, 'delayed')))
    due += await tools.edits.removeFrom('waiting', lane, ids)
  return waiting + due
}

async function purgeList({ link, keys, edits }: RemovalTools, lane: string): Promise<number> {
  const key = keys.lane(lane, 'wait')
  const read = (count: number) => link.read((redis) => redis.lrange(key, -count, -1))
  return purge(await link.read((redis) => redis.llen(key)), read, (ids) => edits.removeFrom('waiting', lane, ids))
}

async function purgeSet({ link, edits }: RemovalTools, lane: string, key: string): Promise<number> {
  const read = (count: number) => link.read((redis) => redis.zrange(key, '0', String(count - 1)))
  return purge(await link.read((redis) => redis.zcard(key)), read, (ids) => edits.removeFrom('waiting', lane, ids))
}

/** Takes those that come first, as long as there are any of those that were there. */
async function purge(
  count: number,
  read: (count: number) => Promise<readonly string[]>,
  remove: (ids: readonly string[]) => Promise<number>,
): Promise<number> {
  let left = count
  let removed = 0
  while (left > 0) {
    const ids = await read(Math.min(left, RETRY_STEP))
    if (ids.length === 0) break
    left -= ids.length
    removed += await remove(ids)
  }
  return removed
}

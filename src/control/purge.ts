import type { Engine } from '../engine/engine.js'
import { parseLane } from '../engine/lanes/lane.js'
import { requireQueue } from './known-queues.js'

/** Which jobs are thrown away. */
export interface PurgeRequest {
  /** Default: all queues; a program says `all: true` for that. */
  readonly queues?: readonly string[]
  /** All but these. */
  readonly exclude?: readonly string[]
  /** Also those that wait for their time: scheduled, and failed ones that would run again. */
  readonly scheduled?: boolean
  /** Only tells how many there are. */
  readonly dryRun?: boolean
}

/** What was thrown away; with `dryRun`, what would be. */
export interface PurgeReport {
  readonly dryRun: boolean
  readonly purged: number
  readonly queues: readonly { readonly queue: string; readonly purged: number }[]
}

/**
 * Throws away jobs that wait for a worker, or for the end of another job. Those that run go on. As many go as wait when
 * this is called; more may come meanwhile.
 *
 * @param onProgress hears how many are gone, after each step
 * @throws TaskqError `TASKQ_QUEUE_UNKNOWN` before anything is thrown away
 */
export async function purgeQueues(
  engine: Engine,
  request: PurgeRequest,
  onProgress: (purged: number) => void = () => {},
): Promise<PurgeReport> {
  const { queues: wanted, exclude = [], scheduled = false, dryRun = false } = request
  await Promise.all([...(wanted ?? []), ...exclude].map((queue) => requireQueue(engine, queue)))
  const isMeant = (queue: string) => (wanted === undefined || wanted.includes(queue)) && !exclude.includes(queue)
  const counts = dryRun
    ? await countWaiting(engine, isMeant, scheduled)
    : await throwAway(engine, isMeant, scheduled, onProgress)
  const queues = [...counts].map(([queue, purged]) => ({ queue, purged })).sort((a, b) => (a.queue < b.queue ? -1 : 1))
  return { dryRun, queues, purged: queues.reduce((sum, { purged }) => sum + purged, 0) }
}

type IsMeant = (queue: string) => boolean

async function throwAway(
  engine: Engine,
  isMeant: IsMeant,
  scheduled: boolean,
  onProgress: (purged: number) => void,
): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>()
  let purged = 0
  const onRemoved = (count: number) => {
    purged += count
    onProgress(purged)
  }
  for (const lane of await engine.lanes()) {
    const { queue } = parseLane(lane)
    if (!isMeant(queue)) continue
    counts.set(queue, (counts.get(queue) ?? 0) + (await engine.purgeLane(lane, scheduled, onRemoved)))
  }
  return counts
}

async function countWaiting(
  engine: Engine,
  isMeant: IsMeant,
  scheduled: boolean,
): Promise<ReadonlyMap<string, number>> {
  const { queues } = await engine.queueOverviews()
  const meant = queues.filter(({ queue }) => isMeant(queue))
  return new Map(
    meant.map((one) => [one.queue, one.queued + one.blocked + (scheduled ? one.scheduled + one.retrying : 0)]),
  )
}

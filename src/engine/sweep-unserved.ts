import type { Connection } from './connection/connection.js'
import type { Keys } from './keys.js'
import { parseLane } from './lanes/lane.js'
import type { LaneRegistry } from './lanes/lane-registry.js'
import { parkedAmong, retireLanes } from './lanes/retire-lane.js'

/** Where lanes are looked for, and how what has ended in one of them is removed. */
interface Site {
  readonly connection: Connection
  readonly keys: Keys
  readonly lanes: LaneRegistry
  readonly sweep: (lane: string) => Promise<number>
}

/**
 * Removes what has ended in lanes of these queues that were made for parked jobs and are not served here, perhaps
 * nowhere: a task that is renamed, or never was, has no worker. Those that are empty are forgotten.
 */
export async function sweepUnserved(
  { connection, keys, lanes, sweep }: Site,
  queues: readonly string[],
  served: ReadonlySet<string>,
): Promise<void> {
  const all = await lanes.ofQueues(queues, () => true)
  const others = all.filter((lane) => parseLane(lane).task !== undefined && !served.has(lane))
  if (others.length === 0) return
  const parked = await parkedAmong(connection, keys, others)
  for (const { lane, hasEnded } of parked) if (hasEnded) await sweep(lane)
  await retireLanes(
    connection,
    keys,
    parked.map(({ lane }) => lane),
  )
}

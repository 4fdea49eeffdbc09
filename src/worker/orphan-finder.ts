import type { LaneConsumer } from '../engine/consumer.js'
import type { LockKeeper } from '../engine/locks/lock-keeper.js'
import type { WorkerSide } from '../engine/workers/worker-side.js'

/** What looking for orphans needs of its worker. */
interface OrphanSite {
  readonly side: Pick<WorkerSide, 'holds'>
  /** What its tokens begin with. */
  readonly workerId: string
  readonly locks: Pick<LockKeeper, 'holds'>
  readonly lanes: () => readonly LaneConsumer[]
  readonly onError: (error: Error) => void
}

/**
 * After each cut, gives back jobs that the broker handed to this worker in an answer which never came: nobody would run
 * them until their lock is over, and that would look like a crash.
 */
export function findOrphans(site: OrphanSite): void {
  site.side.holds.onHealed(() => {
    for (const lane of site.lanes()) giveBackOrphans(lane, site).catch(site.onError)
  })
}

async function giveBackOrphans(lane: LaneConsumer, { side, workerId, locks }: OrphanSite): Promise<void> {
  const active = await side.holds.ofWorker(lane.lane, workerId)
  if (active.length === 0) return
  // All that came before this answer is held by then: a job that was asked for, and one that came with another's end.
  await new Promise((resolve) => setImmediate(resolve))
  const orphans = active.filter(({ id, token }) => !locks.holds(id, token))
  await Promise.allSettled(orphans.map((job) => lane.giveBack(job)))
}

import { randomUUID } from 'node:crypto'
import type { BrokerLink } from '../connection/broker-link.js'
import { type Removable, runRemoval } from '../dead/removal-script.js'
import type { Keys } from '../keys.js'
import type { LaneBackends } from '../lanes/lane-backends.js'
import type { JobPlace } from '../revokes/revoke.js'
import { CLAIM_FIELD, readClaim } from '../same-jobs/claim-field.js'
import { settleClaim } from '../same-jobs/settle-script.js'
import { type RetryCall, type RetryCode, runRetry } from './retry-script.js'

/** Jobs in one step of the broker: short enough that no other client waits noticeably. */
export const RETRY_STEP = 200

/** What operators do with single jobs. */
export class JobEdits {
  constructor(
    private readonly link: BrokerLink,
    private readonly backends: LaneBackends,
    private readonly keys: Keys,
  ) {}

  /**
   * Runs failed jobs of a lane again, with fresh attempts; at most {@link RETRY_STEP} at once. One whose answer is lost
   * is sent again, and does nothing twice.
   *
   * @returns what came of each
   */
  retry(lane: string, ids: readonly string[], how: RetryCall = { call: randomUUID() }): Promise<readonly RetryCode[]> {
    return this.link.read(async (redis) => {
      await this.backends.open()
      return runRetry(redis, this.keys, lane, ids, how)
    })
  }

  /**
   * Removes jobs of a lane with all that belongs to them, each only where it still is in that place; at most
   * {@link RETRY_STEP} at once. Where an answer is lost, jobs that were removed then are not counted.
   *
   * @returns how many were removed
   */
  removeFrom(place: Removable, lane: string, ids: readonly string[]): Promise<number> {
    return this.link.read(async (redis) => {
      await this.backends.open()
      return (await runRemoval(redis, this.keys, lane, ids, place)).filter((removed) => removed === 1).length
    })
  }

  /** Lets a job that waits for its time run now. False where it does not wait for it. */
  promote({ id, lane }: JobPlace): Promise<boolean> {
    let isSent = false
    return this.link.read(async (redis) => {
      // Where the answer was lost, it does not wait any more because of us.
      if ((await redis.zscore(this.keys.lane(lane, 'delayed'), id)) === null) return isSent
      const backend = await this.backends.of(lane)
      isSent = true
      const promoted = backend.promote(id).then(
        () => true,
        // Its time came meanwhile: a worker has taken it over.
        async (error) => {
          if ((await redis.zscore(this.keys.lane(lane, 'delayed'), id)) === null) return false
          throw error
        },
      )
      // Both are waited for together: a connection that is cut fails both.
      const [isPromoted] = await Promise.all([promoted, redis.zrem(this.keys.retrying(lane), id)])
      return isPromoted
    })
  }

  /** Removes a job with all that belongs to it. False where it runs, or is gone. */
  remove({ id, lane }: JobPlace): Promise<boolean> {
    return this.link.read(async (redis) => {
      const backend = await this.backends.of(lane)
      const { claim } = readClaim(id, (await redis.hget(this.keys.job(lane, id), CLAIM_FIELD)) ?? undefined)
      if ((await backend.remove(id, false)) === 0) return false
      await redis
        .pipeline()
        .del(this.keys.result(id))
        .zrem(this.keys.retrying(lane), id)
        .zrem(this.keys.keyed(lane, 'waiting'), id)
        .exec()
      if (claim !== undefined) await settleClaim(redis, claim)
      return true
    })
  }
}

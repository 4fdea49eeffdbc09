import type { BrokerLink } from './broker-link.js'
import type { Keys } from './keys.js'
import type { LaneBackends } from './lane-backends.js'
import { type RetryCode, runRetry } from './retry-script.js'
import type { JobPlace } from './revoke.js'

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
   * Runs failed jobs of a lane again, with fresh attempts; at most {@link RETRY_STEP} at once.
   *
   * @param before only jobs that ended no later, in milliseconds since 1970
   * @returns what came of each
   */
  retry(lane: string, ids: readonly string[], before?: number): Promise<readonly RetryCode[]> {
    return this.link.read(async (redis) => {
      await this.backends.open()
      return runRetry(redis, this.keys, lane, ids, before)
    })
  }

  /** Lets a job that waits for its time run now. False where it does not wait for it. */
  promote({ id, lane }: JobPlace): Promise<boolean> {
    return this.link.read(async (redis) => {
      if ((await redis.zscore(this.keys.lane(lane, 'delayed'), id)) === null) return false
      const backend = await this.backends.of(lane)
      const promoted = backend.promote(id).then(
        () => true,
        // Its time came meanwhile: a worker has taken it over.
        async (error) => {
          if ((await redis.zscore(this.keys.lane(lane, 'delayed'), id)) === null) return false
          throw error
        },
      )
      await redis.zrem(this.keys.retrying(lane), id)
      return promoted
    })
  }

  /** Removes a job with all that belongs to it. False where it runs, or is gone. */
  remove({ id, lane }: JobPlace): Promise<boolean> {
    return this.link.read(async (redis) => {
      const backend = await this.backends.of(lane)
      if ((await backend.remove(id, false)) === 0) return false
      await redis.pipeline().del(this.keys.result(id)).zrem(this.keys.retrying(lane), id).exec()
      return true
    })
  }
}

import type { BrokerLink } from '../connection/broker-link.js'
import { runPipeline } from '../connection/run-pipeline.js'
import type { Keys } from '../keys.js'
import { parseLane } from './lane.js'
import type { LaneBackends } from './lane-backends.js'

/**
 * Pauses logical queues: nothing of them starts, and what runs goes on. The queue's own lane goes first, both ways: a
 * lane that is made from then on does as it does, and one that was made before is among those that are read after.
 */
export class QueuePause {
  constructor(
    private readonly link: BrokerLink,
    private readonly backends: LaneBackends,
    private readonly keys: Keys,
  ) {}

  /** Pauses a queue, or lets it go on. False when it was so already. */
  set(queue: string, paused: boolean): Promise<boolean> {
    return this.link.read(async (redis) => {
      await redis.sadd(this.keys.lanes, queue)
      const first = await this.#setLanes([queue], paused)
      const lanes = (await redis.smembers(this.keys.lanes)).filter((lane) => parseLane(lane).queue === queue)
      return (await this.#setLanes(lanes, paused)) || first
    })
  }

  async #setLanes(lanes: readonly string[], paused: boolean): Promise<boolean> {
    const pipeline = this.link.connection.pipeline()
    for (const lane of lanes) pipeline.hexists(this.keys.lane(lane, 'meta'), 'paused')
    const replies = await runPipeline(pipeline)
    const others = lanes.filter((_, index) => (replies[index] === 1) !== paused)
    await Promise.all(others.map(async (lane) => (await this.backends.of(lane)).pause(paused)))
    return others.length > 0
  }
}

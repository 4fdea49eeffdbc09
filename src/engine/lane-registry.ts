import type { RateWindow } from '../time/rate.js'
import type { Connection } from './connection.js'
import type { Keys } from './keys.js'
import { laneOf, parseLane } from './lane.js'

/** The lanes that exist, and the limits they hold. */
export class LaneRegistry {
  constructor(
    private readonly connection: Connection,
    private readonly keys: Keys,
  ) {}

  /** Every lane that ever had a job. */
  async all(): Promise<string[]> {
    return (await this.connection.smembers(this.keys.lanes)).sort()
  }

  /** The lanes of these logical queues, their own included even before their first job. */
  async ofQueues(queues: readonly string[]): Promise<string[]> {
    const known = (await this.all()).filter((lane) => queues.includes(parseLane(lane).queue))
    return [...new Set([...queues, ...known])]
  }

  /** Sets a task's rate on its lane, for all workers at once. */
  async limit(queue: string, task: string, window: RateWindow): Promise<void> {
    const lane = laneOf(queue, task)
    await Promise.all([
      this.connection.sadd(this.keys.lanes, lane),
      this.connection.hset(this.keys.lane(lane, 'meta'), { max: window.max, duration: window.durationMs }),
    ])
  }
}

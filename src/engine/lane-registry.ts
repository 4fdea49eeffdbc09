import type { RateWindow } from '../time/rate.js'
import { announceLane } from './announce-lane.js'
import type { Connection } from './connection.js'
import type { Keys } from './keys.js'
import { laneOf, parseLane } from './lane.js'
import { runPipeline } from './run-pipeline.js'

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

  /**
   * Makes a task's lane known, and holds it to the rate that the code says, for all workers at once; not where another
   * was set while running.
   */
  async limit(queue: string, task: string, window: RateWindow): Promise<void> {
    const pipeline = this.connection.pipeline()
    announceLane(pipeline, this.keys, laneOf(queue, task), window)
    await runPipeline(pipeline)
  }
}

import type { Connection } from '../connection/connection.js'
import { runPipeline } from '../connection/run-pipeline.js'
import type { Keys } from '../keys.js'
import type { LaneLimits } from '../limits/lane-limits.js'
import { announceLane } from './announce-lane.js'
import { laneOf, parseLane } from './lane.js'

/** The lanes that exist, and the limits they hold. */
export class LaneRegistry {
  constructor(
    private readonly connection: Connection,
    private readonly keys: Keys,
  ) {}

  /** Every lane that ever had a job, or was served. */
  async all(): Promise<string[]> {
    return (await this.connection.smembers(this.keys.lanes)).sort()
  }

  /**
   * The lanes of these logical queues, their own included: those become known now, so that what comes into them is seen
   * also where no producer of taskq has put it there. Those of single tasks only where the task is known: what waits
   * there for another worker is left to it.
   */
  async ofQueues(queues: readonly string[], knows: (task: string) => boolean): Promise<string[]> {
    const served = (lane: string) => {
      const { queue, task } = parseLane(lane)
      return queues.includes(queue) && (task === undefined || knows(task))
    }
    const all = await this.all()
    await this.#announce(queues.filter((queue) => !all.includes(queue)))
    return [...new Set([...queues, ...all.filter(served)])]
  }

  async #announce(lanes: readonly string[]): Promise<void> {
    if (lanes.length === 0) return
    const pipeline = this.connection.pipeline()
    for (const lane of lanes) announceLane(pipeline, this.keys, lane)
    await runPipeline(pipeline)
  }

  /**
   * Makes a task's lane known, and holds it to the limits that the code says, for all workers at once; not where others
   * were set while running.
   */
  async limit(queue: string, task: string, limits: LaneLimits): Promise<void> {
    const pipeline = this.connection.pipeline()
    announceLane(pipeline, this.keys, laneOf(queue, task), limits)
    await runPipeline(pipeline)
  }
}

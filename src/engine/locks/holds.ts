import type { RedisBroker } from '../../config/resolved-config.js'
import type { Connection } from '../connection/connection.js'
import { isReady } from '../connection/open-connection.js'
import type { ActiveJob } from '../consumer.js'
import type { Keys } from '../keys.js'
import type { HeldJob } from './held-job.js'
import { LockThread, type LockThreadOptions } from './lock-thread.js'

/** Longer than anybody waits between two tries to connect: see reconnects.ts. */
const ALL_BACK_MS = 6000

/** What the broker knows of the jobs that a worker holds, beside the locks that it renews. */
export class Holds {
  #cuts = 0
  #healedAt = Number.NEGATIVE_INFINITY

  constructor(
    private readonly connection: Connection,
    private readonly broker: RedisBroker,
    private readonly keys: Keys,
  ) {
    for (const event of connection.isCluster ? ['-node', 'close'] : ['close']) connection.on(event, () => this.#cuts++)
    this.onHealed(() => {
      this.#healedAt = performance.now()
    })
  }

  /**
   * Whether who does not renew its locks is gone, as far as this worker can tell: it is connected, and has been for so
   * long that after an outage of the broker all others have come back, too, and taken back what they hold.
   */
  get areAllBack(): boolean {
    return isReady(this.connection) && performance.now() - this.#healedAt > ALL_BACK_MS
  }

  /** How often the connection was cut: what was under way then may have been sent twice. */
  get cuts(): number {
    return this.#cuts
  }

  /** Calls back each time that the connection is there again. What was cut off has been sent again before. */
  onHealed(listener: () => void): void {
    for (const event of this.connection.isCluster ? ['+node', 'ready'] : ['ready']) this.connection.on(event, listener)
  }

  /** What keeps jobs this worker's while its main thread is stuck. It begins with the first. */
  thread(options: LockThreadOptions, onError: (error: Error) => void): LockThread {
    return new LockThread(this.broker, this.keys, options, onError)
  }

  /** The active jobs of a lane that a worker has, by what its tokens begin with. */
  async ofWorker(lane: string, tokenHead: string): Promise<HeldJob[]> {
    const ids = await this.connection.lrange(this.keys.lane(lane, 'active'), 0, -1)
    if (ids.length === 0) return []
    const tokens = await this.connection.mget(ids.map((id) => `${this.keys.job(lane, id)}:lock`))
    return ids.flatMap((id, index) => {
      const token = tokens[index]
      return token?.startsWith(tokenHead) ? [{ id, token }] : []
    })
  }

  /**
   * Whether the end of a run is recorded, though the broker answers that its job is not ours: it was told twice, and
   * the first answer was lost. Nobody has taken the job since; or all traces of it are gone, as some jobs want it.
   *
   * @param cuts as they were before the end was told
   */
  async wasTold({ lane, id, taken, attemptsMade }: ActiveJob, cuts: number): Promise<boolean> {
    if (cuts === this.#cuts) return false
    const asked = this.connection.hmget(this.keys.job(lane.lane, id), 'ats', 'atm', 'name')
    const fields = await asked.catch(() => undefined)
    if (fields === undefined) return false
    const [started, ended, name] = fields
    return name === null || (Number(started) === taken && Number(ended) > attemptsMade)
  }
}

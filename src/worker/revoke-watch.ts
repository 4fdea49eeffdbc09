import type { ActiveJob } from '../engine/consumer.js'
import type { RevokeOrder } from '../engine/revokes/revoke.js'
import type { WorkerSide } from '../engine/workers/worker-side.js'
import { NAMED } from '../task/names.js'

/**
 * Knows which ids were revoked before their jobs came. Jobs whose callers named them are asked about one by one, so that
 * none is missed; of all others it is looked up in memory, which costs them nothing.
 */
export class RevokeWatch {
  #ahead: ReadonlySet<string> = new Set()

  constructor(private readonly side: Pick<WorkerSide, 'revokedAhead' | 'revokeOf'>) {}

  /** Reads what is stored. */
  async look(): Promise<void> {
    const ids = await this.side.revokedAhead()
    if (ids.length > 0 || this.#ahead.size > 0) this.#ahead = new Set(ids)
  }

  /** Asks whether a job must not run; undefined where there is nothing to ask. */
  ask(job: ActiveJob): Promise<RevokeOrder | undefined> | undefined {
    if (job.revoked !== undefined) return undefined
    return job.id.startsWith(NAMED) || this.#ahead.has(job.id) ? this.side.revokeOf(job) : undefined
  }
}

import type { ActiveJob, LaneConsumer } from './consumer.js'
import type { RevokeOrder } from './revoke.js'
import type { WorkerSide } from './worker-side.js'

/** Who hears of a worker's jobs. */
export interface LockWatcher {
  /** Another worker may run this job now. */
  readonly onLost: (job: ActiveJob) => void
  /** This job was told to end. Said at every renewal until it has. */
  readonly onRevoked: (job: ActiveJob, order: RevokeOrder) => void
  readonly onError: (error: Error) => void
}

/**
 * Keeps a worker's jobs its own: renews their locks until the broker has said that they are finished, so
 * that finished work is not thrown away while its result is still on the way. At the same time it asks which
 * of them were revoked, so that jobs which are done sooner cost nothing.
 */
export class LockKeeper {
  readonly #held = new Map<ActiveJob, number>()
  #timer: NodeJS.Timeout | undefined

  constructor(
    private readonly lockMs: number,
    private readonly side: Pick<WorkerSide, 'revokedAmong'>,
    private readonly watcher: LockWatcher,
  ) {}

  start(): void {
    this.#timer ??= setInterval(() => void this.#renew(), this.lockMs / 4)
  }

  hold(job: ActiveJob): void {
    this.#held.set(job, Date.now())
  }

  release(job: ActiveJob): void {
    this.#held.delete(job)
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  async #renew(): Promise<void> {
    const now = Date.now()
    const due: ActiveJob[] = []
    const byLane = new Map<LaneConsumer, ActiveJob[]>()
    for (const [job, renewedAt] of this.#held) {
      // Half the time between two rounds: a timer that is a little early must not make a job miss a round.
      if (now - renewedAt < this.lockMs / 8) continue
      this.#held.set(job, now)
      due.push(job)
      const jobs = byLane.get(job.lane)
      if (jobs === undefined) byLane.set(job.lane, [job])
      else jobs.push(job)
    }
    if (due.length === 0) return
    await Promise.all([...[...byLane].map(([lane, jobs]) => this.#renewLane(lane, jobs)), this.#findRevoked(due)])
  }

  async #renewLane(lane: LaneConsumer, jobs: readonly ActiveJob[]): Promise<void> {
    try {
      const lost = new Set(await lane.renewLocks(jobs))
      for (const job of jobs) if (lost.has(job.id) && this.#held.delete(job)) this.watcher.onLost(job)
    } catch (error) {
      this.watcher.onError(error as Error)
    }
  }

  async #findRevoked(jobs: readonly ActiveJob[]): Promise<void> {
    try {
      for (const [job, order] of await this.side.revokedAmong(jobs)) this.watcher.onRevoked(job, order)
    } catch (error) {
      this.watcher.onError(error as Error)
    }
  }
}

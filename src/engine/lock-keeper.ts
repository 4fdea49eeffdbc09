import type { ActiveJob, LaneConsumer } from './consumer.js'

/**
 * Keeps a worker's jobs its own: renews their locks until the broker has said that they are finished, so
 * that finished work is not thrown away while its result is still on the way.
 */
export class LockKeeper {
  readonly #held = new Map<ActiveJob, number>()
  #timer: NodeJS.Timeout | undefined

  constructor(
    private readonly lockMs: number,
    /** Called for a job that another worker may run now. */
    private readonly onLost: (job: ActiveJob) => void,
    private readonly onError: (error: Error) => void,
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
    const byLane = new Map<LaneConsumer, ActiveJob[]>()
    for (const [job, renewedAt] of this.#held) {
      if (now - renewedAt < this.lockMs / 4) continue
      this.#held.set(job, now)
      const jobs = byLane.get(job.lane)
      if (jobs === undefined) byLane.set(job.lane, [job])
      else jobs.push(job)
    }
    await Promise.all([...byLane].map(([lane, jobs]) => this.#renewLane(lane, jobs)))
  }

  async #renewLane(lane: LaneConsumer, jobs: readonly ActiveJob[]): Promise<void> {
    try {
      const lost = new Set(await lane.renewLocks(jobs))
      for (const job of jobs) if (lost.has(job.id) && this.#held.delete(job)) this.onLost(job)
    } catch (error) {
      this.onError(error as Error)
    }
  }
}

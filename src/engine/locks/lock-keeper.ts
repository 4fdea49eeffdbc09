import type { ActiveJob, LaneConsumer } from '../consumer.js'
import type { RevokeOrder } from '../revokes/revoke.js'
import type { WorkerSide } from '../workers/worker-side.js'
import type { HeldSeat, LockThread } from './lock-thread.js'

/** Who hears of a worker's jobs. */
export interface LockWatcher {
  /** Another worker may run this job now. */
  readonly onLost: (job: ActiveJob) => void
  /** This job was told to end. Said at every renewal until it has. */
  readonly onRevoked: (job: ActiveJob, order: RevokeOrder) => void
  readonly onError: (error: Error) => void
}

/** A job that is held. */
interface Hold {
  /** When its lock was last renewed, or is being renewed since. */
  renewedAt: number
  /** Where the lock thread sees it. */
  readonly seat: HeldSeat | undefined
}

/**
 * Keeps a worker's jobs its own: renews their locks until the broker has said that they are finished, so
 * that finished work is not thrown away while its result is still on the way. At the same time it asks which
 * of them were revoked, so that jobs which are done sooner cost nothing. While a task blocks this thread, another one
 * does it, where there is one.
 */
export class LockKeeper {
  readonly #held = new Map<ActiveJob, Hold>()
  #timer: NodeJS.Timeout | undefined

  constructor(
    private readonly lockMs: number,
    private readonly side: Pick<WorkerSide, 'revokedAmong'>,
    private readonly watcher: LockWatcher,
    private readonly thread?: LockThread,
  ) {}

  start(): void {
    this.#timer ??= setInterval(() => {
      // Half the time between two rounds: a timer that is a little early must not make a job miss a round.
      void this.#renew(this.lockMs / 8)
    }, this.lockMs / 4)
  }

  /** This thread goes on. To be called some times a second: the other one then need not think that it is stuck. */
  beat(): void {
    this.thread?.beat(performance.now())
  }

  /** Holds a job from now on; again, where it is held, nothing. */
  hold(job: ActiveJob): void {
    if (this.#held.has(job)) return
    const now = performance.now()
    this.#held.set(job, { renewedAt: now, seat: this.thread?.hold(job, now) })
  }

  release(job: ActiveJob): void {
    const seat = this.#held.get(job)?.seat
    this.#held.delete(job)
    if (seat !== undefined) this.thread?.release(seat)
  }

  /**
   * Whether a job came so late that it may have been lost on the way: the answer waited for a task that blocked this
   * thread, or the process was frozen.
   */
  isLate({ askedAt }: ActiveJob): boolean {
    return performance.now() - askedAt > this.lockMs / 2
  }

  /**
   * Whether a job is another worker's by now, as the broker says; it is then not held any more. One that refuses to
   * renew it says nothing of that, and hands the job to nobody else meanwhile.
   */
  async isLost(job: ActiveJob): Promise<boolean> {
    const lost = await job.lane.renewLocks([job]).catch(() => [])
    if (lost.length > 0) this.release(job)
    return lost.length > 0
  }

  /** Whether this job is held. */
  holds(id: string, token: string): boolean {
    for (const job of this.#held.keys()) if (job.id === id && job.token === token) return true
    return false
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer)
    this.#timer = undefined
    await this.thread?.stop()
  }

  /** Renews all locks now: the broker was away, and those that are over are taken back where nobody else has. */
  renewAll(): Promise<void> {
    return this.#renew(0)
  }

  /** Renews those that should have been renewed long ago, as the process was frozen. Costs nothing where none is. */
  renewOverdue(): Promise<void> {
    return this.#renew(this.lockMs * 0.45)
  }

  async #renew(leastAgeMs: number): Promise<void> {
    const now = performance.now()
    const due: ActiveJob[] = []
    const byLane = new Map<LaneConsumer, ActiveJob[]>()
    for (const [job, hold] of this.#held) {
      if (now - hold.renewedAt < leastAgeMs) continue
      hold.renewedAt = now
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
      for (const job of jobs) this.#note(job, lost.has(job.id))
    } catch (error) {
      this.watcher.onError(error as Error)
    }
  }

  #note(job: ActiveJob, isLost: boolean): void {
    const hold = this.#held.get(job)
    if (hold === undefined) return
    if (!isLost) return void (hold.seat && this.thread?.renewed(hold.seat, hold.renewedAt))
    this.release(job)
    this.watcher.onLost(job)
  }

  async #findRevoked(jobs: readonly ActiveJob[]): Promise<void> {
    try {
      for (const [job, order] of await this.side.revokedAmong(jobs)) this.watcher.onRevoked(job, order)
    } catch (error) {
      this.watcher.onError(error as Error)
    }
  }
}

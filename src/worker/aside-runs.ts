import type { ActiveJob } from '../engine/consumer.js'
import type { SlotBudget } from './slot-budget.js'

/** A run whose slot is lent out. */
interface AsideRun {
  readonly job: ActiveJob
  /** How many jobs its code waits for now. */
  waits: number
  /** What it waits for where no slot is free for it to go on. */
  back: PromiseWithResolvers<void> | undefined
}

/**
 * Runs that wait for other jobs. Their slots are others' meanwhile, perhaps those jobs' own: so a worker with one slot can
 * run a task and what that waits for. A run that may go on has a slot before any new job.
 */
export class AsideRuns {
  readonly #runs = new Map<ActiveJob, AsideRun>()
  /** Runs that may go on, in the order in which what they waited for ended. */
  readonly #returning = new Set<AsideRun>()
  #isOpen = false

  constructor(
    private readonly budget: SlotBudget,
    /** Called when a slot has become free. */
    private readonly onFree: () => void,
  ) {}

  /** How many runs have lent their slot. */
  get count(): number {
    return this.#runs.size
  }

  /** Whether a run wants its slot back. */
  get areReturning(): boolean {
    return this.#returning.size > 0
  }

  /** A run waits for one more job. */
  leave(job: ActiveJob): void {
    const known = this.#runs.get(job)
    if (known !== undefined) {
      known.waits++
      this.#stayAway(known)
      return
    }
    this.#runs.set(job, { job, waits: 1, back: undefined })
    this.budget.free(queueOf(job))
    this.onFree()
  }

  /**
   * A run waits for one job less. Resolves when it has its slot again; at once where it waits for more, for it may be
   * them that its slot is needed for.
   */
  comeBack(job: ActiveJob): Promise<void> {
    const run = this.#runs.get(job)
    if (run === undefined || --run.waits > 0) return Promise.resolve()
    const back = Promise.withResolvers<void>()
    run.back = back
    this.#returning.add(run)
    this.letIn()
    return back.promise
  }

  /** A run has ended, whatever its code still waits for: the slot that it ends with is its own again. */
  end(job: ActiveJob): void {
    const run = this.#runs.get(job)
    if (run !== undefined) this.#takeBack(run)
  }

  /** Gives slots that are free back to those that they belong to. */
  letIn(): void {
    for (const run of this.#returning) {
      const queue = queueOf(run.job)
      if (this.#isOpen || (this.budget.hasFree && this.budget.hasRoom(queue))) this.#takeBack(run)
    }
  }

  /** No new job is taken any more: nobody has to wait for a slot. */
  open(): void {
    this.#isOpen = true
    this.letIn()
  }

  #takeBack(run: AsideRun): void {
    this.#runs.delete(run.job)
    this.budget.take(queueOf(run.job))
    this.#stayAway(run)
  }

  /** It waits for no slot, or not any more. */
  #stayAway(run: AsideRun): void {
    this.#returning.delete(run)
    run.back?.resolve()
    run.back = undefined
  }
}

const queueOf = ({ lane }: ActiveJob): string => lane.name.queue

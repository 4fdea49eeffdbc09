import type { AwaitedJob } from '../context/scope.js'
import type { ActiveJob } from '../engine/consumer.js'
import type { SlotBudget } from './slot-budget.js'

/** A run whose slot is lent out. */
interface AsideRun {
  readonly job: ActiveJob
  /** How many jobs its code waits for now. */
  waits: number
  /** What it waits for where no slot is free for it to go on. */
  back: PromiseWithResolvers<void> | undefined
  /** Whether others may have its slot. */
  isLent: boolean
  /** What it waits for that was not brought forward. */
  readonly awaited: AwaitedJob[]
}

/** Of what one run waits for at once, so much is brought forward later. */
const MOST_AWAITED = 100

/** Sees to it that what a run waits for comes before all else. */
type BringForward = (awaited: AwaitedJob) => Promise<void>

/**
 * Runs that wait for other jobs. Their slots are others' meanwhile, perhaps those jobs' own: so a worker with one slot can
 * run a task and what that waits for. A run that may go on has a slot before any new job. Where as many wait as there are
 * slots, what they wait for comes first: else each slot that is lent would let in one more that waits.
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
    private readonly bringForward: BringForward = () => Promise.resolve(),
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
  leave(job: ActiveJob, awaited?: AwaitedJob): void {
    const isCrowded = this.#runs.size >= this.budget.total
    const known = this.#runs.get(job)
    const run = known ?? { job, waits: 0, back: undefined, isLent: false, awaited: [] }
    run.waits++
    if (awaited !== undefined && run.awaited.length < MOST_AWAITED) run.awaited.push(awaited)
    this.#runs.set(job, run)
    const brought = isCrowded ? this.#bringAll() : undefined
    if (known !== undefined) this.#stayAway(known)
    else if (brought === undefined) this.#lend(run)
    else void brought.then(() => this.#lend(run))
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
      if (this.#isOpen || !run.isLent || (this.budget.hasFree && this.budget.hasRoom(queue))) this.#takeBack(run)
    }
  }

  /** No new job is taken any more: nobody has to wait for a slot. */
  open(): void {
    this.#isOpen = true
    this.letIn()
  }

  /** Whoever waits longest has its turn first. Each is brought forward once. */
  #bringAll(): Promise<unknown> | undefined {
    const all = [...this.#runs.values()].flatMap(({ awaited }) => awaited.splice(0)).reverse()
    if (all.length === 0) return undefined
    return Promise.all(all.map((awaited) => this.bringForward(awaited).catch(() => {})))
  }

  #lend(run: AsideRun): void {
    // It waits no more.
    if (this.#runs.get(run.job) !== run) return
    run.isLent = true
    this.budget.free(queueOf(run.job))
    this.onFree()
  }

  #takeBack(run: AsideRun): void {
    this.#runs.delete(run.job)
    if (run.isLent) this.budget.take(queueOf(run.job))
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

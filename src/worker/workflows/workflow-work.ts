import type { WorkflowMove } from '../../engine/workflows/workflow-record.js'
import type { WorkflowDriver } from '../workflow-driver.js'

/** What a worker's part in workflows needs. */
export interface WorkflowSite {
  /** Makes what workflows go on by. Without it, others let them go on. */
  readonly load: (() => Promise<WorkflowDriver>) | undefined
  /** Whether jobs are waited for that an end lets begin: the worker ends when there is nothing left to do. */
  readonly isAwaited: boolean
  readonly onTrouble: (error: Error) => void
}

/** Ends whose workflows go on meanwhile, at most; then a slot waits for one of them. */
const MOST_UNDER_WAY = 100

/**
 * A worker's part in workflows: lets each go on when one of its jobs has ended. What that needs is loaded with the first
 * of them. Whatever fails, or is cut off, stays in the workflow's record, and the next sweep does it.
 */
export class WorkflowWork {
  #driver: Promise<WorkflowDriver> | undefined
  readonly #ending = new AbortController()
  readonly #underWay = new Set<Promise<void>>()

  constructor(private readonly site: WorkflowSite) {}

  /** Lets a workflow go on. Returns what the job's slot is to wait for, if anything. */
  advance(move: WorkflowMove): Promise<unknown> | undefined {
    if (move.ready.length === 0 && !move.more) return undefined
    if (this.site.load === undefined) return undefined
    const advanced = this.#track((driver) => driver.advance(move, this.#ending.signal))
    if (this.site.isAwaited) return advanced
    return this.#underWay.size > MOST_UNDER_WAY ? Promise.race(this.#underWay) : undefined
  }

  /** Lets workflows go on that nobody else did. */
  async sweep(): Promise<void> {
    if (this.site.load === undefined) return
    await (await this.driver()).sweep(this.#ending.signal)
  }

  /** @throws where workflows cannot be read here */
  driver(): Promise<WorkflowDriver> {
    const { load } = this.site
    if (load === undefined) return Promise.reject(new Error('this worker does not lead workflows'))
    this.#driver ??= load().catch((error) => {
      this.#driver = undefined
      throw error
    })
    return this.#driver
  }

  /** The worker is to end: no workflow is led on further than its next jobs. Others do the rest. */
  end(): void {
    this.#ending.abort()
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay)
  }

  #track(work: (driver: WorkflowDriver) => Promise<void>): Promise<void> {
    const done = this.#quietly(work).then(() => void this.#underWay.delete(done))
    this.#underWay.add(done)
    return done
  }

  async #quietly(work: (driver: WorkflowDriver) => Promise<void>): Promise<void> {
    try {
      await work(await this.driver())
    } catch (error) {
      this.site.onTrouble(error as Error)
    }
  }
}

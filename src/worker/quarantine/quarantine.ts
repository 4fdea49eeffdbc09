import { ChildPool } from '../pools/child-pool.js'
import type { PoolOptions } from '../pools/pool-options.js'
import { startProcess } from '../pools/process-child.js'
import type { RunPools } from '../pools/run-pools.js'
import type { SuspectPlace } from './crash-record.js'

/** Suspects that run at once, each in a process of its own: these take memory that nobody planned for. */
const MOST_CHILDREN = 10
/** A task that could not be run in a child is run in the worker for so long. */
const UNABLE_MS = 60_000

/** The rooms of a worker's suspects: a few children, a new one for each run; and one place in the worker itself. */
export class Quarantine implements RunPools {
  readonly #children: ChildPool | undefined
  readonly #taken = { child: 0, worker: 0 }
  /** Until when tasks are not given to a child. */
  readonly #unable = new Map<string, number>()

  constructor(
    { children }: PoolOptions,
    private readonly slots: () => number,
  ) {
    this.#children =
      children &&
      new ChildPool({
        start: (entry, listener) => startProcess(entry, listener, children.env),
        entry: children.entry,
        beginning: { sources: children.sources, tellsMemory: false },
        maxTasksPerChild: 1,
        maxMemoryPerChild: Number.POSITIVE_INFINITY,
        slots: () => this.#most,
      })
  }

  /** The worker's slots become more and fewer. */
  get #most(): number {
    return Math.min(MOST_CHILDREN, this.slots())
  }

  /** Where a suspect may run now, to be left with {@link leave}; undefined where it has to wait. */
  enter(task: string): SuspectPlace | undefined {
    const isUnable = this.#children === undefined || (this.#unable.get(task) ?? 0) > performance.now()
    const place = isUnable ? 'worker' : 'child'
    if (this.#taken[place] >= (isUnable ? 1 : this.#most)) return undefined
    this.#taken[place]++
    return place
  }

  leave(place: SuspectPlace): void {
    this.#taken[place]--
  }

  /** No child can run this task. */
  noteUnable(task: string): void {
    this.#unable.set(task, performance.now() + UNABLE_MS)
  }

  /** Whatever its pool: it runs in a process. */
  kindOf(): 'process' {
    return 'process'
  }

  async lend() {
    if (this.#children === undefined) throw new Error('this worker was not made of a configuration file')
    const pool = this.#children
    const child = await pool.take()
    return { child, leave: () => pool.release(child) }
  }

  async close(): Promise<void> {
    await this.#children?.close()
  }
}

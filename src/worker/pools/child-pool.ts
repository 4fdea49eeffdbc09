import { Child } from './child.js'
import type { StartChild } from './child-link.js'
import { ChildUnable } from './child-unable.js'
import type { ChildBeginning } from './messages.js'

/** What a pool needs to know. */
export interface ChildPoolOptions {
  readonly start: StartChild
  readonly entry: URL
  readonly beginning: ChildBeginning
  readonly maxTasksPerChild: number
  readonly maxMemoryPerChild: number
  /** As many children are kept, at most. */
  readonly slots: () => number
}

const MEBIBYTE = 1024 * 1024

/** After a child that could not begin, no other is tried for so long: each would cost its start for nothing. */
const PAUSE_MS = 5000

/** Children of one kind: made when they are needed, kept for the next job, replaced when they have had their time. */
export class ChildPool {
  /** The one that was used last is used next, so that the others' memory can rest. */
  readonly #idle: Child[] = []
  readonly #all = new Set<Child>()
  #isClosed = false
  #hasTold = false
  #failed: { readonly error: unknown; readonly at: number } | undefined

  constructor(private readonly options: ChildPoolOptions) {}

  /**
   * A child that is ready and has nothing to do; give it back with {@link release}.
   *
   * @throws ChildUnable where none can be made
   */
  async take(): Promise<Child> {
    if (this.#isClosed) throw new ChildUnable('the worker has ended')
    const idle = this.#idle.pop()
    if (idle !== undefined) return idle
    if (this.#failed !== undefined && performance.now() - this.#failed.at < PAUSE_MS) throw this.#failed.error
    const child = this.#make()
    try {
      await child.ready
      this.#failed = undefined
      this.#tellHeavy(child)
      return child
    } catch (error) {
      this.#failed = { error, at: performance.now() }
      throw error
    }
  }

  release(child: Child): void {
    const { maxTasksPerChild, maxMemoryPerChild } = this.options
    if (!child.isUsable) return
    const isSpent = child.runs >= maxTasksPerChild || child.memory > maxMemoryPerChild
    if (this.#isClosed || isSpent) return void child.retire()
    this.#idle.push(child)
    this.fit()
  }

  /** Ends idle children that are more than there are slots: the one that was used last stays longest. */
  fit(): void {
    let kept = 0
    for (const child of this.#all) if (child.isUsable) kept++
    for (let tooMany = kept - this.options.slots(); tooMany > 0; tooMany--) void this.#idle.shift()?.retire()
  }

  /** Ends all children. */
  async close(): Promise<void> {
    this.#isClosed = true
    await Promise.all([...this.#all].map((child) => child.retire()))
  }

  /** A limit that a child is over before its first run costs every run a start. */
  #tellHeavy({ memory }: Child): void {
    const { maxMemoryPerChild } = this.options
    if (this.#hasTold || memory <= maxMemoryPerChild) return
    this.#hasTold = true
    const [held, most] = [memory, maxMemoryPerChild].map((bytes) => `${Math.ceil(bytes / MEBIBYTE)} MB`)
    const what = `a child holds ${held} before its first run, and maxMemoryPerChild is ${most}: each run takes a new child`
    process.emitWarning(what, 'TaskqWarning')
  }

  #make(): Child {
    const { start, entry, beginning } = this.options
    const child = new Child(start, entry, beginning)
    this.#all.add(child)
    void child.ended.then(() => this.#forget(child))
    return child
  }

  #forget(child: Child): void {
    this.#all.delete(child)
    const place = this.#idle.indexOf(child)
    if (place >= 0) this.#idle.splice(place, 1)
  }
}

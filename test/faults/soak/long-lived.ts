import { type MemorySample, memoryOf } from './memory.ts'

/** The processes that live as long as the soak, and what they hold. */
export class LongLived {
  readonly samples = new Map<string, MemorySample[]>()
  readonly #pids: Readonly<Record<string, number>>
  readonly #startedAt = performance.now()
  #endedAt = Number.POSITIVE_INFINITY

  /** @param pids the processes, by what they are called */
  constructor(pids: Readonly<Record<string, number>>) {
    this.#pids = pids
    for (const name of Object.keys(pids)) this.samples.set(name, [])
  }

  /** When the load ended, in milliseconds since it began. */
  get endedAt(): number {
    return this.#endedAt
  }

  sample(): void {
    const at = performance.now() - this.#startedAt
    for (const [name, pid] of Object.entries(this.#pids)) {
      const bytes = memoryOf(pid)
      if (bytes !== undefined) this.samples.get(name)?.push({ at, bytes })
    }
  }

  stop(): void {
    this.#endedAt = performance.now() - this.#startedAt
  }
}

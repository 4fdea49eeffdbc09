import type { WorkerEventSink } from '../events/worker-event.js'

/** A shorter block is not worth a word. */
const LONG_BLOCK_MS = 1000
const QUIET_MS = 10_000

/** Tells of tasks that kept the event loop, and with it all other jobs of the worker, from going on. */
export class BlockWatch {
  #saidAt = Number.NEGATIVE_INFINITY
  #unsaid = 0

  constructor(
    /** The tasks that run, of each job one. */
    private readonly running: () => readonly string[],
    private readonly onEvent: WorkerEventSink,
  ) {}

  /** The event loop stood still for so long. What ran meanwhile has not been recorded yet. */
  readonly onBlocked = (forMs: number): void => {
    const tasks = [...new Set(this.running())]
    // Without a task, it was the machine, or the start of the process.
    if (forMs < LONG_BLOCK_MS || tasks.length === 0) return
    const now = performance.now()
    if (now - this.#saidAt < QUIET_MS) return void this.#unsaid++
    this.onEvent({ name: 'worker.blocked', forMs, tasks, unsaid: this.#unsaid })
    this.#saidAt = now
    this.#unsaid = 0
  }
}

/** A queue with a limit of its own. */
interface QueueBudget {
  limit: number
  busy: number
}

/**
 * How much may run at once: over all lanes, and of queues that have a limit of their own. It may be made smaller than
 * what is in use: nothing is taken away, but slots that become free are gone.
 */
export class SlotBudget {
  #busy = 0
  readonly #queues = new Map<string, QueueBudget>()

  constructor(
    private slots: number,
    queueLimits: ReadonlyMap<string, number>,
  ) {
    for (const [queue, limit] of queueLimits) this.#queues.set(queue, { limit, busy: 0 })
  }

  /** How many there are to be. */
  get total(): number {
    return this.slots
  }

  /** How many are in use. */
  get busy(): number {
    return this.#busy
  }

  get hasFree(): boolean {
    return this.#busy < this.slots
  }

  /** Whether a queue's own limit leaves room for one more. */
  hasRoom(queue: string): boolean {
    const own = this.#queues.get(queue)
    return own === undefined || own.busy < own.limit
  }

  /** Whether a slot that serves this queue is one too many. */
  isOver(queue: string): boolean {
    if (this.#busy > this.slots) return true
    if (this.#queues.size === 0) return false
    const own = this.#queues.get(queue)
    return own !== undefined && own.busy > own.limit
  }

  take(queue: string): void {
    this.#busy++
    const own = this.#queues.get(queue)
    if (own !== undefined) own.busy++
  }

  free(queue: string): void {
    this.#busy--
    const own = this.#queues.get(queue)
    if (own !== undefined) own.busy--
  }

  resize(slots: number): void {
    this.slots = slots
  }

  /** The limit that a queue has of its own. */
  limitOf(queue: string): number | undefined {
    return this.#queues.get(queue)?.limit
  }

  /** @param busy how many slots serve the queue now, where it had no limit of its own */
  limitQueue(queue: string, limit: number, busy: number): void {
    const own = this.#queues.get(queue)
    if (own === undefined) this.#queues.set(queue, { limit, busy })
    else own.limit = limit
  }
}

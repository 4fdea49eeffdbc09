/** What of a worker's slots one logical queue has. */
interface QueueBudget {
  /** Infinite where it has no limit of its own. */
  limit: number
  busy: number
}

/**
 * How much may run at once: over all lanes, and of queues that have a limit of their own. It may be made smaller than
 * what is in use: nothing is taken away, but slots that become free are gone.
 */
export class SlotBudget {
  #busy = 0
  /** Also of queues without a limit: one may be set while their jobs run. */
  readonly #queues = new Map<string, QueueBudget>()
  #hasLimits = false

  constructor(
    private slots: number,
    queueLimits: ReadonlyMap<string, number>,
  ) {
    for (const [queue, limit] of queueLimits) this.limitQueue(queue, limit)
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
    if (!this.#hasLimits) return false
    const own = this.#queues.get(queue)
    return own !== undefined && own.busy > own.limit
  }

  take(queue: string): void {
    this.#busy++
    this.#of(queue).busy++
  }

  free(queue: string): void {
    this.#busy--
    this.#of(queue).busy--
  }

  resize(slots: number): void {
    this.slots = slots
  }

  /** The limit that a queue has of its own. */
  limitOf(queue: string): number | undefined {
    const limit = this.#queues.get(queue)?.limit
    return limit === Number.POSITIVE_INFINITY ? undefined : limit
  }

  /** Gives a queue a limit of its own, or another one. */
  limitQueue(queue: string, limit: number): void {
    this.#hasLimits = true
    this.#of(queue).limit = limit
  }

  #of(queue: string): QueueBudget {
    const known = this.#queues.get(queue)
    if (known !== undefined) return known
    const fresh = { limit: Number.POSITIVE_INFINITY, busy: 0 }
    this.#queues.set(queue, fresh)
    return fresh
  }
}

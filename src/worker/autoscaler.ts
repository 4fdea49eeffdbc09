import { nextSlots, type SlotRange } from './autoscale.js'
import type { Dispatcher } from './dispatcher.js'

/** What an autoscaler sees and changes. */
export interface ScaledWorker {
  readonly dispatcher: Pick<Dispatcher, 'slots' | 'active' | 'hungryLanes' | 'resize'>
  /** How many jobs of these lanes wait. */
  readonly waitingIn: (lanes: readonly string[]) => Promise<number>
  readonly loopLagMs: () => number
}

/** Keeps a worker's number of slots between two bounds, while it is switched on. See {@link nextSlots}. */
export class Autoscaler {
  #range: SlotRange | undefined
  #mostBusy = 0
  #quietSince = 0

  constructor(
    private readonly worker: ScaledWorker,
    range?: SlotRange,
  ) {
    this.set(range)
  }

  /** The bounds; undefined while it is switched off. */
  get range(): SlotRange | undefined {
    return this.#range
  }

  /** Sets the bounds, and keeps to them at once; without any, the number of slots stays as it is. */
  set(range: SlotRange | undefined): void {
    this.#range = range
    if (range === undefined) return
    const { dispatcher } = this.worker
    this.#resize(Math.min(range.max, Math.max(range.min, dispatcher.slots)))
    this.#beginAnew()
  }

  /** Looks once. The broker is asked only where all slots are in use and there may be more. */
  async step(): Promise<void> {
    const range = this.#range
    if (range === undefined) return
    const { dispatcher, waitingIn, loopLagMs } = this.worker
    const { slots, active: busy } = dispatcher
    this.#mostBusy = Math.max(this.#mostBusy, busy)
    if (busy >= slots) this.#beginAnew()
    const lanes = slots < range.max ? dispatcher.hungryLanes : []
    const waiting = lanes.length === 0 ? 0 : await waitingIn(lanes)
    // It may have been switched off, or told another number, meanwhile.
    if (this.#range !== range || dispatcher.slots !== slots) return
    const quietMs = performance.now() - this.#quietSince
    const mostBusy = this.#mostBusy
    this.#resize(nextSlots({ ...range, slots, busy, mostBusy, quietMs, waiting, loopLagMs: loopLagMs() }))
  }

  #resize(slots: number): void {
    if (slots === this.worker.dispatcher.slots) return
    this.worker.dispatcher.resize(slots)
    this.#beginAnew()
  }

  #beginAnew(): void {
    this.#quietSince = performance.now()
    this.#mostBusy = this.worker.dispatcher.active
  }
}

import type { BeatFacts, BeatLease } from '../engine/schedules/beat-lease.js'
import type { BeatEventSink } from '../events/beat-event.js'

/** How often the lease is renewed. */
const TEND_MS = 1000

/** One beat's part in the lease: it leads, or it stands by until the leader is gone. */
export class Leadership {
  #tendedAt = Number.NEGATIVE_INFINITY
  #leads = false
  #leader: string | undefined
  #facts: BeatFacts

  constructor(
    private readonly lease: BeatLease,
    facts: Omit<BeatFacts, 'sinceMs'>,
    private readonly leaseMs: number,
    private readonly now: () => number,
    private readonly onEvent: BeatEventSink,
    /** Called when the lease was lost, though it may be taken again at once. */
    private readonly onLost: () => void,
  ) {
    this.#facts = { ...facts, sinceMs: 0 }
  }

  /** Whether this beat leads. A leader asks the broker once a second, one that stands by whenever it is asked itself. */
  async tend(): Promise<boolean> {
    const startedAt = performance.now()
    if (this.#leads && startedAt - this.#tendedAt < TEND_MS) return true
    this.#leads = (this.#leads && (await this.#renew())) || (await this.#take())
    // Counted from before the broker was asked: the lease may be that much older than the answer.
    this.#tendedAt = startedAt
    return this.#leads
  }

  /** After trouble with the broker: nothing is believed until the broker has been asked again. */
  doubt(): void {
    this.#tendedAt = Number.NEGATIVE_INFINITY
  }

  /** Gives the lease up, where it is held. */
  async resign(): Promise<void> {
    if (this.#leads) await this.lease.release(this.#facts)
    this.#leads = false
  }

  async #renew(): Promise<boolean> {
    const holds = await this.lease.renew(this.#facts, this.leaseMs)
    if (holds) return true
    this.onEvent({ name: 'beat.deposed', reason: 'its lease ran out before it was renewed' })
    this.onLost()
    return false
  }

  async #take(): Promise<boolean> {
    this.#facts = { ...this.#facts, sinceMs: Math.round(this.now()) }
    const holder = await this.lease.take(this.#facts, this.leaseMs)
    const leads = holder?.id === this.#facts.id
    // Taken before, where the answer did not arrive: the lease is known by all that was written then.
    if (leads) this.#facts = holder
    const leader = holder === undefined ? undefined : `${holder.host}:${holder.pid}`
    if (!leads && leader !== undefined && leader !== this.#leader) this.onEvent({ name: 'beat.standing-by', leader })
    this.#leader = leader
    return leads
  }
}

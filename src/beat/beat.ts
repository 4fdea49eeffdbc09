import { hostname } from 'node:os'
import { withDeadline } from '../engine/connection/deadline.js'
import type { ScheduleStore } from '../engine/schedules/schedule-store.js'
import { TroubleLog } from '../events/trouble-log.js'
import type { Clock } from '../time/clock.js'
import { type BeatOptions, LEASE_MS } from './beat-options.js'
import { DueSlots } from './due-slots.js'
import { Leadership } from './leadership.js'
import { Roster } from './roster.js'
import { StoredEntries } from './stored-entries.js'

/** The longest sleep: so soon are edits seen, the lease renewed, and a dead leader's place tried. */
const LONGEST_SLEEP_MS = 1000
/** The last words to the broker take so long at the most; where they do not arrive, the lease runs out. */
const GOODBYE_MS = 1000

/**
 * Enqueues the jobs of schedule entries at their slots.
 *
 *              lease taken                      lease lost, or the broker away
 *   standing by ──────────▶ leading ─────────────────────────────▶ standing by
 *                             │ ▲
 *                             ▼ │ each second, and whenever a slot is due:
 *             reconcile → what is due → one transaction: the jobs, and how far their entries have come
 *
 * Any number may run. One leads, by a lease; the others look once a second whether it still does. The lease only saves
 * work: a leader that was frozen and wakes up beside its successor enqueues nothing twice, since its transactions fail
 * when anybody moved an entry on since it was read. All times are the broker's.
 */
export class Beat {
  readonly #leadership: Leadership
  readonly #roster = new Roster()
  readonly #entries: StoredEntries
  readonly #slots: DueSlots
  readonly #trouble: TroubleLog
  readonly #clock: Clock
  readonly #stop = new AbortController()
  readonly #done = Promise.withResolvers<void>()
  #running: Promise<void> | undefined

  constructor(
    private readonly store: ScheduleStore,
    options: BeatOptions,
  ) {
    const { id, version, onEvent, clock = store.clock, leaseMs = LEASE_MS } = options
    this.#clock = clock
    this.#trouble = new TroubleLog(onEvent)
    const facts = { id, host: hostname(), pid: process.pid, version }
    this.#entries = new StoredEntries(store, this.#roster, clock, options)
    const onLost = () => this.#entries.forget()
    this.#leadership = new Leadership(store.lease, facts, leaseMs, () => store.clock.now(), onEvent, onLost)
    this.#slots = new DueSlots(store, this.#roster, clock, options, (name, reason) =>
      this.#entries.tellUnusable(name, reason),
    )
  }

  /** Resolves when the beat has stopped. */
  get done(): Promise<void> {
    return this.#done.promise
  }

  /**
   * Begins: resolves when it is known whether this beat leads, or when it is stopped before that.
   *
   * @throws TaskqError `TASKQ_BROKER_UNREACHABLE` or `TASKQ_BROKER_AUTH`; then it is stopped
   */
  async start(): Promise<void> {
    const { signal } = this.#stop
    const starting = this.#open()
    this.#running = starting.then(
      () => this.#run(signal),
      () => this.#end(),
    )
    await starting.catch((error) => {
      if (!signal.aborted) throw error
    })
  }

  /** Stops, and hands over at once. A transaction that is under way is finished. */
  async stop(): Promise<void> {
    this.#stop.abort()
    this.#running ??= this.#end()
    await this.#running
  }

  async #open(): Promise<void> {
    await this.#entries.syncClock()
    await this.#leadership.tend()
  }

  async #run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.#round(signal)
      } catch (error) {
        this.#trouble.report(error as Error)
        this.#entries.forget()
        this.#leadership.doubt()
        await this.#clock.sleep(LONGEST_SLEEP_MS, signal)
      }
    }
    await this.#end()
  }

  async #end(): Promise<void> {
    await withDeadline(this.#leadership.resign(), GOODBYE_MS, () => new Error('the broker is away')).catch(() => {})
    await this.store.close()
    this.#done.resolve()
  }

  async #round(signal: AbortSignal): Promise<void> {
    if (!(await this.#leadership.tend())) {
      this.#entries.forget()
      // Not all at the same moment.
      return this.#clock.sleep(LONGEST_SLEEP_MS * (0.8 + 0.2 * Math.random()), signal)
    }
    await this.#entries.refresh()
    await this.#settleDue(signal)
    const waitMs = Math.max(0, this.#roster.nextDueMs - this.#clock.now())
    await this.#clock.sleep(Math.min(waitMs, LONGEST_SLEEP_MS), signal)
  }

  /** Until nothing is due, but no longer than a sleep would take: there is more to look after. */
  async #settleDue(signal: AbortSignal): Promise<void> {
    const startedAt = performance.now()
    while (!signal.aborted && performance.now() - startedAt < LONGEST_SLEEP_MS) {
      const names = this.#slots.next()
      if (names.length === 0) return
      if (!(await this.#slots.settle(names))) return this.#entries.doubt()
    }
  }
}

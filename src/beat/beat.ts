import { hostname } from 'node:os'
import { withDeadline } from '../engine/deadline.js'
import type { ScheduleRecord } from '../engine/schedule-record.js'
import type { ScheduleStore } from '../engine/schedule-store.js'
import { TroubleLog } from '../events/trouble-log.js'
import type { Clock } from '../time/clock.js'
import { type BeatOptions, LEASE_MS } from './beat-options.js'
import { Leadership } from './leadership.js'
import { planReconcile } from './reconcile.js'
import { Roster } from './roster.js'
import { type Settlement, settleEntry, toLive } from './settle-entry.js'

/** The longest sleep: so soon are edits seen, the lease renewed, and a dead leader's place tried. */
const LONGEST_SLEEP_MS = 1000
/** How often all entries are read anew, so that what was lost in the broker comes back. */
const WATCHDOG_MS = 30_000
type Settled = Settlement & { readonly record: ScheduleRecord }

/** The last words to the broker take so long at the most; where they do not arrive, the lease runs out. */
const GOODBYE_MS = 1000
/** Entries in one transaction. */
const TOGETHER = 100
/** Above this, this machine's clock is worth a warning. Beat itself goes by the broker's. */
const SKEW_MS = 1000

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
  readonly #trouble: TroubleLog
  readonly #clock: Clock
  readonly #stop = new AbortController()
  readonly #done = Promise.withResolvers<void>()
  /** The number of edits that the roster knows; undefined before it knows any entry. */
  #edits: string | undefined
  #readAt = Number.NEGATIVE_INFINITY
  #isSkewed = false
  readonly #told = new Map<string, string>()
  #running: Promise<void> | undefined

  constructor(
    private readonly store: ScheduleStore,
    private readonly options: BeatOptions,
  ) {
    this.#clock = options.clock ?? store.clock
    this.#trouble = new TroubleLog(options.onEvent)
    const facts = { id: options.id, host: hostname(), pid: process.pid, version: options.version }
    const leaseMs = options.leaseMs ?? LEASE_MS
    this.#leadership = new Leadership(store.lease, facts, leaseMs, () => store.clock.now(), options.onEvent)
  }

  /** Resolves when the beat has stopped. */
  get done(): Promise<void> {
    return this.#done.promise
  }

  /**
   * Begins: resolves when it is known whether this beat leads.
   *
   * @throws TaskqError `TASKQ_BROKER_UNREACHABLE` or `TASKQ_BROKER_AUTH`; then it is stopped
   */
  async start(): Promise<void> {
    try {
      await this.store.syncClock()
      this.#warnOfSkew()
      await this.#leadership.tend()
    } catch (error) {
      await this.#end()
      throw error
    }
    this.#running ??= this.#run()
  }

  /** Stops, and hands over at once. A transaction that is under way is finished. */
  async stop(): Promise<void> {
    this.#stop.abort()
    await (this.#running ?? this.#end())
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop
    while (!signal.aborted) {
      try {
        await this.#round(signal)
      } catch (error) {
        this.#trouble.report(error as Error)
        this.#edits = undefined
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
      this.#edits = undefined
      // Not all at the same moment.
      return this.#clock.sleep(LONGEST_SLEEP_MS * (0.8 + 0.4 * Math.random()), signal)
    }
    await this.#refresh()
    await this.#settleDue(signal)
    const waitMs = Math.max(0, this.#roster.nextDueMs - this.#clock.now())
    await this.#clock.sleep(Math.min(waitMs, LONGEST_SLEEP_MS), signal)
  }

  /** Knows the entries as they are stored: in line with the code, and with the latest edits. */
  async #refresh(): Promise<void> {
    const isNew = this.#edits === undefined
    if (isNew || this.#clock.now() - this.#readAt >= WATCHDOG_MS) {
      await this.store.syncClock()
      this.#warnOfSkew()
      await this.#reconcile()
      if (isNew) this.options.onEvent({ name: 'beat.leading', entries: this.#roster.size })
    } else if ((await this.store.edits()) !== this.#edits) {
      await this.#load()
    }
  }

  async #reconcile(): Promise<void> {
    const lastKnown = this.#roster.states
    const plan = (records: ReadonlyMap<string, ScheduleRecord>) =>
      planReconcile(this.options.entries, records, Math.round(this.#clock.now()), lastKnown)
    const { writes } = plan(await this.#load())
    if (writes.length === 0) return
    let made = plan(new Map())
    const outcome = await this.store.change(
      writes.map(({ name }) => name),
      (records) => {
        made = plan(records)
        return { writes: made.writes, jobs: [], isEdit: true }
      },
    )
    const { added, changed, removed } = made
    const isNews = outcome === 'done' && added.length + changed.length + removed.length > 0
    if (isNews) this.options.onEvent({ name: 'schedules.reconciled', added, changed, removed })
    await this.#load()
  }

  async #load(): Promise<ReadonlyMap<string, ScheduleRecord>> {
    const { edits, records } = await this.store.readAll()
    const unusable = this.#roster.load(records, this.#clock.now())
    for (const { name, reason } of unusable) this.#tellUnusable(name, reason)
    this.#edits = edits
    this.#readAt = this.#clock.now()
    return records
  }

  async #settleDue(signal: AbortSignal): Promise<void> {
    for (;;) {
      const names = this.#roster.due(this.#clock.now()).slice(0, TOGETHER)
      if (names.length === 0 || signal.aborted || !(await this.#leadership.tend())) return
      if (!(await this.#settle(names))) {
        this.#readAt = Number.NEGATIVE_INFINITY
        return
      }
    }
  }

  /** False when the stored entries are not as this beat knows them: then they are to be read anew. */
  async #settle(names: readonly string[]): Promise<boolean> {
    const nowMs = this.#clock.now()
    let isWhole = true
    let settled: Settled[] = []
    const outcome = await this.store.change(names, async (records) => {
      isWhole = this.#takeIn(names, records, nowMs)
      settled = await this.#settleRecords(records, nowMs)
      return { writes: settled.map(({ write }) => write), jobs: settled.flatMap(({ jobs }) => jobs), isEdit: false }
    })
    if (outcome === 'conflict') return false
    for (const { write, record, events } of settled) {
      if (write.state) this.#roster.update(write.name, { ...record, state: write.state }, nowMs)
      for (const event of events) this.options.onEvent(event)
    }
    return isWhole
  }

  async #settleRecords(records: ReadonlyMap<string, ScheduleRecord>, nowMs: number): Promise<Settled[]> {
    const settlements = [...records].map(async ([name, record]) => {
      const live = toLive(record, this.#roster.timetableOf(name))
      const settlement = live && (await settleEntry(live, nowMs, this.options.jobs))
      return settlement === undefined ? [] : [{ ...settlement, record }]
    })
    return (await Promise.all(settlements)).flat()
  }

  /** What is stored decides. False when an entry is gone, or half gone. */
  #takeIn(names: readonly string[], records: ReadonlyMap<string, ScheduleRecord>, nowMs: number): boolean {
    const whole = [...records].filter(([, { definition, state }]) => definition !== undefined && state !== undefined)
    for (const [name, record] of whole) this.#roster.update(name, record, nowMs)
    return whole.length === names.length
  }

  /** Once, not with every reading. */
  #tellUnusable(schedule: string, reason: string): void {
    if (this.#told.get(schedule) === reason) return
    this.#told.set(schedule, reason)
    this.options.onEvent({ name: 'schedule.unusable', schedule, reason })
  }

  #warnOfSkew(): void {
    const { skewMs } = this.store.clock
    const isSkewed = Math.abs(skewMs) > SKEW_MS
    if (isSkewed && !this.#isSkewed) this.options.onEvent({ name: 'clock.skewed', skewMs })
    this.#isSkewed = isSkewed
  }
}

import type { ScheduleRecord } from '../engine/schedules/schedule-record.js'
import type { ScheduleStore } from '../engine/schedules/schedule-store.js'
import type { Clock } from '../time/clock.js'
import type { BeatOptions } from './beat-options.js'
import { planReconcile, type ReconcilePlan } from './reconcile.js'
import type { Roster } from './roster.js'

/** How often all entries are read anew, so that what was lost in the broker comes back. */
const WATCHDOG_MS = 30_000
const MOST_TRIES = 10
/** Above this, this machine's clock is worth a warning. Beat itself goes by the broker's. */
const SKEW_MS = 1000

/** Keeps what is stored in line with the code, and the roster in line with what is stored. */
export class StoredEntries {
  /** The number of edits that the roster knows; undefined before it knows any entry. */
  #edits: string | undefined
  #readAt = Number.NEGATIVE_INFINITY
  #isSkewed = false
  readonly #told = new Map<string, string>()

  constructor(
    private readonly store: ScheduleStore,
    private readonly roster: Roster,
    private readonly clock: Clock,
    private readonly options: Pick<BeatOptions, 'entries' | 'onEvent'>,
  ) {}

  /** Nothing that is known holds any more: another leads, or the broker was away. */
  forget(): void {
    this.#edits = undefined
  }

  /** What is stored is not what the roster knows: it is read anew before anything else is enqueued. */
  doubt(): void {
    this.#readAt = Number.NEGATIVE_INFINITY
  }

  /** Reads all entries, where one was edited, where nothing is known, and now and then. */
  async refresh(): Promise<void> {
    const isNew = this.#edits === undefined
    const isOld = this.clock.now() - this.#readAt >= WATCHDOG_MS
    if (isNew || isOld) await this.syncClock()
    else if ((await this.store.edits()) === this.#edits) return
    await this.#reconcile()
    await this.#tellLoss()
    if (isNew) this.options.onEvent({ name: 'beat.leading', entries: this.roster.size })
  }

  async #tellLoss(): Promise<void> {
    const detail = await this.store.takeLoss()
    if (detail !== undefined) this.options.onEvent({ name: 'broker.data-lost', detail })
  }

  /** Sets the clock by the broker's, and warns, once, where this machine's is far from it. */
  async syncClock(): Promise<void> {
    await this.store.syncClock()
    const { skewMs } = this.store.clock
    const isSkewed = Math.abs(skewMs) > SKEW_MS
    if (isSkewed && !this.#isSkewed) this.options.onEvent({ name: 'clock.skewed', skewMs })
    this.#isSkewed = isSkewed
  }

  async #reconcile(): Promise<void> {
    const lastKnown = this.roster.states
    const fresh: string[] = []
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const nowMs = Math.round(this.clock.now())
      const { writes } = planReconcile(this.options.entries, await this.#load(), nowMs, lastKnown)
      if (writes.length === 0) return this.#warnOfOver(fresh)
      // Of those that differ, as they are by then; the others are not looked at.
      const names = new Set(writes.map(({ name }) => name))
      const entries = this.options.entries.filter(({ name }) => names.has(name))
      let made: ReconcilePlan | undefined
      const outcome = await this.store.change([...names], (records) => {
        made = planReconcile(entries, records, nowMs, lastKnown)
        return { writes: made.writes, jobs: [], isEdit: true }
      })
      if (outcome !== 'done' || made === undefined) continue
      this.#tellReconciled(made)
      fresh.push(...made.added, ...made.changed)
    }
    throw new Error(`the schedule entries changed ${MOST_TRIES} times while they were brought in line with the code`)
  }

  #tellReconciled({ added, changed, removed }: ReconcilePlan): void {
    if (added.length + changed.length + removed.length === 0) return
    this.options.onEvent({ name: 'schedules.reconciled', added, changed, removed })
  }

  /** A slip of the pen, such as last year's date, would else be an entry that silently never runs. */
  #warnOfOver(names: readonly string[]): void {
    for (const name of names) if (this.roster.isOver(name)) this.tellUnusable(name, 'all its slots lie in the past')
  }

  async #load(): Promise<ReadonlyMap<string, ScheduleRecord>> {
    const { edits, records } = await this.store.readAll()
    for (const { name, reason } of this.roster.load(records, this.clock.now())) this.tellUnusable(name, reason)
    this.#edits = edits
    this.#readAt = this.clock.now()
    return records
  }

  /** Once per reason, not with every reading. */
  tellUnusable(schedule: string, reason: string): void {
    if (this.#told.get(schedule) === reason) return
    this.#told.set(schedule, reason)
    this.options.onEvent({ name: 'schedule.unusable', schedule, reason })
  }
}

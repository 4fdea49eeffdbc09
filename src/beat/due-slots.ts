import { JobsRefusedError } from '../engine/schedules/commit-schedules.js'
import type { ScheduleRecord } from '../engine/schedules/schedule-record.js'
import type { ScheduleStore } from '../engine/schedules/schedule-store.js'
import type { BeatEvent } from '../events/beat-event.js'
import type { Clock } from '../time/clock.js'
import type { BeatOptions } from './beat-options.js'
import { toLive } from './live-entry.js'
import type { Roster } from './roster.js'
import { settleEntry } from './settle-entry.js'
import type { Settlement } from './settlement.js'
import { isPassing } from './slot-jobs.js'

/** Entries in one transaction. */
const TOGETHER = 100
/** How long an entry is left alone that could not be settled. */
const ASIDE_MS = 10_000

type Settled = Settlement & { readonly record: ScheduleRecord }

/** Enqueues the slots that are due. */
export class DueSlots {
  constructor(
    private readonly store: ScheduleStore,
    private readonly roster: Roster,
    private readonly clock: Clock,
    private readonly options: Pick<BeatOptions, 'jobs' | 'onEvent'>,
    /** Told of an entry that could not be settled, for a reason of its own. */
    private readonly onUnusable: (name: string, reason: string) => void,
  ) {}

  /** The entries to settle now, the most that go together. */
  next(): readonly string[] {
    return this.roster.due(this.clock.now()).slice(0, TOGETHER)
  }

  /** Settles these entries. False when what is stored is not what the roster knows. */
  async settle(names: readonly string[]): Promise<boolean> {
    const nowMs = this.clock.now()
    let isWhole = true
    let settled: readonly Settled[] = []
    const change = this.store.change(names, async (records) => {
      isWhole = this.#takeIn(names, records, nowMs)
      settled = await this.#settleRecords(records, nowMs)
      return { writes: settled.map(({ write }) => write), jobs: settled.flatMap(({ jobs }) => jobs), isEdit: false }
    })
    const refused = await change.then((outcome) => (outcome === 'conflict' ? undefined : NONE), refusedIn)
    if (refused === undefined) return false
    for (const each of settled) this.#conclude(each, refused, nowMs)
    return isWhole
  }

  #conclude({ write, record, events }: Settled, refused: ReadonlyMap<string, Error>, nowMs: number): void {
    if (write.state) this.roster.update(write.name, { ...record, state: write.state }, nowMs)
    for (const event of events) this.options.onEvent(tellRefused(event, refused))
  }

  /** What is stored decides. False when an entry is gone, or half gone. */
  #takeIn(names: readonly string[], records: ReadonlyMap<string, ScheduleRecord>, nowMs: number): boolean {
    const whole = [...records].filter(([, { definition, state }]) => definition !== undefined && state !== undefined)
    for (const [name, record] of whole) this.roster.update(name, record, nowMs)
    return whole.length === names.length
  }

  async #settleRecords(records: ReadonlyMap<string, ScheduleRecord>, nowMs: number): Promise<Settled[]> {
    const settlements = [...records].map(async ([name, record]) => {
      const live = toLive(record, this.roster.timetableOf(name))
      const settlement = live && (await settleEntry(live, nowMs, this.options.jobs).catch(this.#putAside(name, nowMs)))
      return settlement === undefined ? [] : [{ ...settlement, record }]
    })
    return (await Promise.all(settlements)).flat()
  }

  /** One entry's trouble is not the others'. */
  #putAside(name: string, nowMs: number) {
    return (error: unknown): undefined => {
      if (isPassing(error)) throw error
      this.roster.putAside(name, nowMs + ASIDE_MS)
      this.onUnusable(name, (error as Error).message)
    }
  }
}

const NONE: ReadonlyMap<string, Error> = new Map()

function refusedIn(error: unknown): ReadonlyMap<string, Error> {
  if (error instanceof JobsRefusedError) return error.refused
  throw error
}

function tellRefused(event: BeatEvent, refused: ReadonlyMap<string, Error>): BeatEvent {
  if (event.name !== 'slot.enqueued') return event
  const error = refused.get(event.jobId)
  if (error === undefined) return event
  return { name: 'slot.failed', schedule: event.schedule, slotMs: event.slotMs, message: error.message }
}

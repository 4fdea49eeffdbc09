import type { EnqueueOptions } from '../task/enqueue-options.js'
import type { Schedule } from './schedule.js'

/** A schedule entry, checked and complete: what runs, when, and by which rules. Plain data, as it is stored. */
export interface ScheduleEntry {
  readonly name: string
  readonly task: string
  readonly args: readonly unknown[]
  readonly options: EnqueueOptions
  readonly schedule: Schedule
  /** No slot before this instant. */
  readonly startAtMs?: number
  /** No slot after this instant. */
  readonly endAtMs?: number
  /** At most so many jobs, ever. */
  readonly limit?: number
  /** Each slot's job is enqueued up to so much later: always the same for the same slot. */
  readonly jitterMs: number
  readonly misfire: MisfireRule
  readonly overlap: OverlapRule
}

/** What becomes of slots that nobody could enqueue in time, since no beat ran or the broker was away. */
export interface MisfireRule {
  /** `skip` none of them runs; `last` the latest of them runs; `all` the latest `max` of them run. */
  readonly run: 'skip' | 'last' | 'all'
  /** How many at the most, for `all`. */
  readonly max: number
  /** A slot that is at most so late was not missed: it runs. */
  readonly graceMs: number
}

/**
 * What becomes of a slot while the job of the entry's slot before has not ended: `allow` it runs beside it; `skip` it
 * does not run; `queue` the latest such slot runs when that job has ended; `cancel` that job is revoked, and the slot
 * runs when it has ended.
 */
export type OverlapRule = 'allow' | 'skip' | 'queue' | 'cancel'

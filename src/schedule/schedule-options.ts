import type { Duration } from '../time/duration.js'
import type { EntryOptions } from './entry-options.js'
import type { DayRule, SolarEvent } from './schedule.js'
import type { OverlapRule } from './schedule-entry.js'

/** A schedule entry as it is written in `taskq.config.ts` and given to `schedules.add`. */
export type ScheduleOptions = ScheduleRules & {
  /** The task's name. */
  readonly task: string
} & (
    | { readonly cron: string; readonly every?: never; readonly solar?: never; readonly at?: never }
    | { readonly every: Duration; readonly cron?: never; readonly solar?: never; readonly at?: never }
    | { readonly solar: SolarOptions; readonly cron?: never; readonly every?: never; readonly at?: never }
    | { readonly at: Instant; readonly cron?: never; readonly every?: never; readonly solar?: never }
  )

/** All of an entry but its task and its times. */
export interface ScheduleRules {
  /** The task's arguments. Default none. */
  readonly args?: readonly unknown[]
  /**
   * What `applyAsync` takes, but what names one job or one instant: `eta`, `taskId`, `idempotencyKey`, `debounce`,
   * `throttle`, `keepLatest`. Default none.
   */
  readonly options?: EntryOptions
  /** The zone of `cron`, and of an `at`, `startAt` or `endAt` without one. Default: the config's `timezone`, `'UTC'`. */
  readonly tz?: string
  /** Which days a `cron` means that restricts both kinds of day. Default `'either'`, as cron; Celery's is `'both'`. */
  readonly days?: DayRule
  /** No slot before it; the slots of `every` are counted from it. Default: none; `every` is counted from 1970 (UTC). */
  readonly startAt?: Instant
  /** No slot after it. Default: none. */
  readonly endAt?: Instant
  /** At most so many jobs, ever. Default: no limit. */
  readonly limit?: number
  /** Spreads the load: each job is enqueued up to so much after its slot, but before the next slot. Default 0. */
  readonly jitter?: Duration
  /** What becomes of slots that were missed. Default `{ run: 'last', grace: '30s' }`. */
  readonly misfire?: MisfireOptions | MisfireOptions['run']
  /** What becomes of a slot while the job of the one before has not ended. Default `'allow'`. */
  readonly overlap?: OverlapRule
}

/** An instant: a `Date`, ms since 1970 (of 2000 or later), or ISO text such as `'2026-12-24T18:00'` (the entry's `tz`) or `'…T18:00Z'`. */
export type Instant = string | number | Date

/** The sun over one place. */
export interface SolarOptions {
  readonly event: SolarEvent
  /** Degrees north, -90 to 90. */
  readonly latitude: number
  /** Degrees east, -180 to 180. */
  readonly longitude: number
}

/** What becomes of slots that were missed, since no beat ran or the broker was away. */
export interface MisfireOptions {
  /** `skip` none of them runs; `last` the latest of them runs; `all` the latest `max` of them run. Default `'last'`. */
  readonly run?: 'skip' | 'last' | 'all'
  /** How many at the most, for `all`. Default 10, at most 1000. */
  readonly max?: number
  /** A slot that is at most so late was not missed: it runs. At least 1 s. Default `'30s'`. */
  readonly grace?: Duration
}

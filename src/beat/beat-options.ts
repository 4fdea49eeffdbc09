import type { NewJob } from '../engine/delivery.js'
import type { ScheduleRun } from '../engine/schedules/schedule-record.js'
import type { BeatEventSink } from '../events/beat-event.js'
import type { ScheduleEntry } from '../schedule/schedule-entry.js'
import type { JobCall } from '../task/job-call.js'
import type { Clock } from '../time/clock.js'

/** Everything a beat needs to know. */
export interface BeatOptions {
  /** Unique among all beats. */
  readonly id: string
  readonly version: string
  /** The entries that the code has: the config's, and the decorators'. */
  readonly entries: readonly ScheduleEntry[]
  readonly jobs: JobPort
  readonly onEvent: BeatEventSink
  /** Default: the broker's. */
  readonly clock?: Clock
  /** How long the lease holds when its holder is gone. Default {@link LEASE_MS}. */
  readonly leaseMs?: number
}

/** What Beat does with jobs. */
export interface JobPort {
  /** Makes a job without enqueueing it. */
  plan(call: JobCall): Promise<NewJob>
  /** Whether a job has ended, however; a job that is gone has. */
  hasEnded(run: ScheduleRun): Promise<boolean>
  /** Revokes a job. True when it has ended with that; false when it runs, and was told to end. */
  revoke(run: ScheduleRun, reason: string): Promise<boolean>
}

/** A leader that dies is followed after this long, and the second in which the others look. */
export const LEASE_MS = 6000

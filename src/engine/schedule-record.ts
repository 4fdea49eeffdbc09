import type { ScheduleEntry } from '../schedule/schedule-entry.js'

/** A schedule entry as it is stored: what it is, and how far it has come. */
export interface ScheduleRecord {
  /** Undefined for an entry that is no longer in the code: only how far it had come is kept, for some days. */
  readonly definition: ScheduleDefinition | undefined
  readonly state: ScheduleState
}

/** What an entry is, and whose. */
export interface ScheduleDefinition {
  readonly entry: ScheduleEntry
  /** `code`: the config or a decorator says it, and Beat keeps it so. `runtime`: it was added while running. */
  readonly owner: ScheduleOwner
}

export type ScheduleOwner = 'code' | 'runtime'

/** How far an entry has come. Written together with the jobs it enqueues, in one transaction. */
export interface ScheduleState {
  /** All slots up to this instant have been dealt with. */
  readonly cursorMs: number
  /** Jobs of slots enqueued so far. */
  readonly runs: number
  /** Slots that did not run, since they were missed, or the job before had not ended. */
  readonly skipped: number
  readonly paused: boolean
  /** The job of the latest slot; or of a run by hand, where that is later. */
  readonly last?: ScheduleRun
  /** A slot that waits for the job before it. */
  readonly heldSlotMs?: number
  /** Since when the entry is no longer in the code. */
  readonly removedAtMs?: number
}

/** One job of an entry. */
export interface ScheduleRun {
  readonly slotMs: number
  readonly jobId: string
  readonly lane: string
  readonly enqueuedAtMs: number
}

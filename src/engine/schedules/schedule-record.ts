import { hasSameTimes } from '../../schedule/compare-entries.js'
import type { ScheduleEntry } from '../../schedule/schedule-entry.js'

/** A schedule entry as it is stored: what it is, and how far it has come. */
export interface ScheduleRecord {
  /** Undefined for an entry that is no longer in the code: only how far it had come is kept, for some days. */
  readonly definition: ScheduleDefinition | undefined
  /** Undefined where it was lost. */
  readonly state: ScheduleState | undefined
  /** Why a definition that is there cannot be used here: it is damaged, or of a later taskq. */
  readonly unreadable?: string
  /** Whether it is of a later taskq: then it is left alone. */
  readonly isLater?: boolean
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
  /** The job of the latest slot: the one that overlap rules are about. */
  readonly last?: ScheduleRun
  /** The latest job that was asked for by hand. */
  readonly lastByHand?: ScheduleRun
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

/** The state of an entry that is new, or begins anew: no slot before now is its affair. */
export function freshState(nowMs: number, kept: Partial<ScheduleState> = {}): ScheduleState {
  const { runs = 0, skipped = 0, paused = false, last, lastByHand } = kept
  const jobs = { ...(last !== undefined && { last }), ...(lastByHand !== undefined && { lastByHand }) }
  return { cursorMs: nowMs, runs, skipped, paused, ...jobs }
}

/** The state of an entry that becomes another. Slots of new times that lie in the past were never due. */
export function stateAfterEdit(
  { definition, state }: Pick<ScheduleRecord, 'definition' | 'state'>,
  entry: ScheduleEntry,
  nowMs: number,
): ScheduleState {
  const keepsTimes = definition !== undefined && hasSameTimes(definition.entry, entry)
  return keepsTimes && state !== undefined ? state : freshState(nowMs, state)
}

/** Whether the entry has made all the jobs that its `limit` allows. */
export const isSpent = ({ limit }: Pick<ScheduleEntry, 'limit'>, { runs }: Pick<ScheduleState, 'runs'>): boolean =>
  limit !== undefined && runs >= limit

import type { ScheduleWrite } from '../engine/schedules/commit-schedules.js'
import {
  freshState,
  type ScheduleRecord,
  type ScheduleState,
  stateAfterEdit,
} from '../engine/schedules/schedule-record.js'
import { isSameEntry } from '../schedule/compare-entries.js'
import type { ScheduleEntry } from '../schedule/schedule-entry.js'

/** What brings the stored entries in line with the code. */
export interface ReconcilePlan {
  readonly writes: readonly ScheduleWrite[]
  readonly added: readonly string[]
  readonly changed: readonly string[]
  readonly removed: readonly string[]
}

/** How long is remembered how far an entry had come that left the code: a release may be taken back. */
const REMEMBERED_MS = 7 * 86_400_000

/** How far entries had come when they were last seen: for those that were lost in the broker since. */
export type LastKnown = ReadonlyMap<string, ScheduleState>

/**
 * Compares the code's entries with the stored ones; what is the same is not written. Entries that were added while
 * running stay as they are, unless the code has one of that name: then it is the code's from now on.
 */
export function planReconcile(
  code: readonly ScheduleEntry[],
  records: ReadonlyMap<string, ScheduleRecord>,
  nowMs: number,
  lastKnown: LastKnown = new Map(),
): ReconcilePlan {
  const inCode = new Set(code.map(({ name }) => name))
  const steps = [
    ...code.map((entry) => stepForCode(entry, records.get(entry.name), nowMs, lastKnown)),
    ...[...records].filter(([name]) => !inCode.has(name)).map((stored) => stepForOther(stored, nowMs, lastKnown)),
  ]
  const namesOf = (kind: Step['kind']) => steps.flatMap((step) => (step?.kind === kind ? [step.write.name] : []))
  return {
    writes: steps.flatMap((step) => (step === undefined ? [] : [step.write])),
    added: namesOf('added'),
    changed: namesOf('changed'),
    removed: namesOf('removed'),
  }
}

interface Step {
  readonly kind: 'added' | 'changed' | 'removed' | 'forgotten'
  readonly write: ScheduleWrite
}

function stepForCode(
  entry: ScheduleEntry,
  record: ScheduleRecord | undefined,
  nowMs: number,
  lastKnown: LastKnown,
): Step | undefined {
  const kept = record?.state ?? lastKnown.get(entry.name)
  if (record?.isLater) return undefined
  if (record === undefined || isUnset(record)) return { kind: 'added', write: add(entry, record, kept, nowMs) }
  if (!isSame(record, entry)) return { kind: 'changed', write: change(entry, record, kept, nowMs) }
  if (record.state !== undefined) return undefined
  return { kind: 'changed', write: { name: entry.name, state: kept ?? freshState(nowMs) } }
}

function stepForOther(
  [name, { definition, state }]: readonly [string, ScheduleRecord],
  nowMs: number,
  lastKnown: LastKnown,
): Step | undefined {
  if (definition?.owner === 'code') {
    return { kind: 'removed', write: takeAway(name, state ?? freshState(nowMs), nowMs) }
  }
  if (isForgotten(state, nowMs)) return { kind: 'forgotten', write: { name, isRemoved: true } }
  if (definition === undefined || state !== undefined) return undefined
  return { kind: 'changed', write: { name, state: lastKnown.get(name) ?? freshState(nowMs) } }
}

const isUnset = ({ definition, unreadable }: ScheduleRecord): boolean =>
  definition === undefined && unreadable === undefined

/** An entry that was lost goes on where it was; one that came back begins anew, but stays paused, and spent. */
function add(
  entry: ScheduleEntry,
  record: ScheduleRecord | undefined,
  kept: ScheduleState | undefined,
  nowMs: number,
): ScheduleWrite {
  const wasLost = record === undefined && kept !== undefined
  return { name: entry.name, definition: own(entry), state: wasLost ? kept : freshState(nowMs, kept) }
}

function change(
  entry: ScheduleEntry,
  { definition, unreadable }: ScheduleRecord,
  kept: ScheduleState | undefined,
  nowMs: number,
): ScheduleWrite {
  const state = stateAfterEdit({ definition, state: kept }, entry, nowMs)
  return { name: entry.name, definition: own(entry), state, ...(unreadable !== undefined && { isReplaced: true }) }
}

const takeAway = (name: string, state: ScheduleState, nowMs: number): ScheduleWrite => ({
  name,
  definition: null,
  state: { ...state, removedAtMs: nowMs },
})

const own = (entry: ScheduleEntry) => ({ entry, owner: 'code' }) as const

const isSame = ({ definition }: ScheduleRecord, entry: ScheduleEntry): boolean =>
  definition?.owner === 'code' && isSameEntry(definition.entry, entry)

const isForgotten = (state: ScheduleState | undefined, nowMs: number): boolean =>
  state?.removedAtMs !== undefined && nowMs - state.removedAtMs > REMEMBERED_MS

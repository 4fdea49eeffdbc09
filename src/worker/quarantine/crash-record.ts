/** Where a suspect's run began: in a child of its own, or in the worker's own process. */
export type SuspectPlace = 'child' | 'worker'

/** What is kept of the crashes of a job, with the job. It is written only for jobs that workers died with more than once. */
export interface CrashRecord {
  /** How many lost workers it accounts for. */
  readonly seen: number
  /** When the job's own process died with it, or the worker that it ran in; in milliseconds since 1970. */
  readonly proven: readonly number[]
  /** When its worker died while it was elsewhere: in a child, or not begun yet. */
  readonly nearby: readonly number[]
  /** Where it runs now; nothing where it does not. */
  readonly place?: SuspectPlace
}

/** Crashes count for so long. */
const CRASH_WINDOW_MS = 24 * 3_600_000
/** A worker that dies beside a job proves little, but a job may take the whole machine down: it has so many of any kind. */
const MOST_NEARBY = 10

/** Reads what was stored; undefined for what is no record. */
export function parseCrashRecord(text: string | null): CrashRecord | undefined {
  if (text === null) return undefined
  try {
    const { seen, proven, nearby, place } = JSON.parse(text) as Record<string, unknown>
    if (!Number.isSafeInteger(seen) || !areTimes(proven) || !areTimes(nearby)) return undefined
    return { seen: seen as number, proven, nearby, ...((place === 'child' || place === 'worker') && { place }) }
  } catch {
    return undefined
  }
}

const areTimes = (value: unknown): value is number[] => Array.isArray(value) && value.every(Number.isFinite)

/** Before there is a record, a job has run among others: no more than these are charged to it. */
const BEFORE_RECORD = 2

/**
 * Adds the workers that were lost since the record was written, `lost` in all. The job itself is charged with the first
 * ones, and with one that died while it ran in that; all others are noted as nearby. A job whose task has processes of its own was in
 * none of them, but where its record says so.
 */
export function accountFor(record: CrashRecord | undefined, lost: number, now: number, isApart = false): CrashRecord {
  const known = record === undefined || record.seen > lost ? NONE : record
  const fresh = lost - known.seen
  const recent = (at: number) => now - at < CRASH_WINDOW_MS
  const wasSuspect = known.proven.some(recent) || known.nearby.some(recent)
  const unmarked = isApart ? 0 : known.seen === 0 ? BEFORE_RECORD : 1
  const most = known.place === 'worker' ? 1 : wasSuspect ? 0 : unmarked
  const charged = Math.min(fresh, most)
  const nowTimes = (times: number) => Array.from({ length: Math.min(times, MOST_NEARBY) }, () => now)
  return {
    seen: lost,
    proven: [...known.proven.filter(recent), ...nowTimes(charged)],
    nearby: [...known.nearby.filter(recent), ...nowTimes(fresh - charged)],
  }
}

const NONE: CrashRecord = { seen: 0, proven: [], nearby: [] }

/** The same with one more crash that was the job's own. */
export const chargedWith = ({ place: _, ...record }: CrashRecord, now: number): CrashRecord => ({
  ...record,
  proven: [...record.proven, now],
})

/** Whether a job has crashed as often as it may. */
export const isOverBudget = ({ proven, nearby }: CrashRecord, budget: number): boolean =>
  proven.length >= budget || proven.length + nearby.length >= MOST_NEARBY

/** Whether a job is to be kept from others: it crashed lately. */
export const isSuspect = ({ proven, nearby }: CrashRecord): boolean => proven.length + nearby.length > 0

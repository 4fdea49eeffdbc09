import { isStoredEntry } from '../../schedule/stored-entry.js'
import type { ScheduleDefinition, ScheduleRecord, ScheduleRun, ScheduleState } from './schedule-record.js'

/** The layout of stored entries. A beat leaves entries of a later layout to later beats. */
const RECORD_VERSION = 1

/** Writes a definition as it is stored. */
export const encodeDefinition = (definition: ScheduleDefinition): string =>
  JSON.stringify({ v: RECORD_VERSION, ...definition })

/** Reads what is stored of an entry; undefined where nothing is. Never throws: a broken entry must not stop others. */
export function parseScheduleRecord(
  name: string,
  definition: string | null,
  state: string | null,
): ScheduleRecord | undefined {
  if (definition === null && state === null) return undefined
  return { ...parseDefinition(name, definition), state: parseState(state) }
}

/** An entry whose key holds something else than an entry. */
export const UNREADABLE_RECORD: ScheduleRecord = Object.freeze({
  definition: undefined,
  state: undefined,
  unreadable: 'its key in the broker holds something else',
})

type ParsedDefinition = Pick<ScheduleRecord, 'definition' | 'unreadable' | 'isLater'>

const DAMAGED: ParsedDefinition = Object.freeze({ definition: undefined, unreadable: 'its stored form is damaged' })

function parseDefinition(name: string, text: string | null): ParsedDefinition {
  if (text === null) return { definition: undefined }
  const { v, entry, owner } = parseObject(text)
  if (typeof v === 'number' && v > RECORD_VERSION) {
    return { definition: undefined, unreadable: `its layout, version ${v}, is of a later taskq`, isLater: true }
  }
  const isWhole = v === RECORD_VERSION && isStoredEntry(entry) && entry.name === name
  return isWhole && (owner === 'code' || owner === 'runtime') ? { definition: { entry, owner } } : DAMAGED
}

/** What is missing or damaged beside the cursor is left out; without a cursor, all is. */
function parseState(text: string | null): ScheduleState | undefined {
  if (text === null) return undefined
  const { cursorMs, runs, skipped, paused, last, lastByHand, heldSlotMs, removedAtMs } = parseObject(text)
  if (!isNumber(cursorMs)) return undefined
  return {
    cursorMs,
    runs: isNumber(runs) ? runs : 0,
    skipped: isNumber(skipped) ? skipped : 0,
    paused: paused === true,
    ...(isRun(last) && { last }),
    ...(isRun(lastByHand) && { lastByHand }),
    ...(isNumber(heldSlotMs) && { heldSlotMs }),
    ...(isNumber(removedAtMs) && { removedAtMs }),
  }
}

function isRun(value: unknown): value is ScheduleRun {
  const { slotMs, jobId, lane, enqueuedAtMs } = (value ?? {}) as Partial<ScheduleRun>
  return isNumber(slotMs) && typeof jobId === 'string' && typeof lane === 'string' && isNumber(enqueuedAtMs)
}

const isNumber = (value: unknown): value is number => Number.isFinite(value)

function parseObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}

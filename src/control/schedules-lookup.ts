import type { ScheduleChange } from '../engine/schedules/commit-schedules.js'
import { freshState, type ScheduleRecord, type ScheduleState } from '../engine/schedules/schedule-record.js'
import { didYouMean } from '../errors/nearest.js'
import { show } from '../errors/problems.js'
import { TaskqError } from '../errors/taskq-error.js'
import { createEntryTimetable } from '../schedule/entry-timetable.js'
import type { Timetable } from '../schedule/schedule.js'
import type { ScheduleEntry } from '../schedule/schedule-entry.js'
import type { SchedulesAccess } from './schedules-access.js'

/** An entry that can be used here. */
export type EntryRecord = ScheduleRecord & { readonly definition: NonNullable<ScheduleRecord['definition']> }

/** Whether an entry is there: not if only how far it had come is kept of it. */
export const isEntry = (record: ScheduleRecord | undefined): boolean =>
  record?.definition !== undefined || record?.unreadable !== undefined

/** Refuses an entry that is damaged, or of a later taskq. @throws TaskqError `TASKQ_SCHEDULE_INVALID` */
export function requireReadable(name: string, record: ScheduleRecord | undefined): EntryRecord {
  const { definition, state, unreadable } = record ?? NOTHING
  if (definition !== undefined) return { definition, state }
  throw unusable(name, unreadable ?? 'it is not there')
}

const NOTHING: ScheduleRecord = { definition: undefined, state: undefined }

const unusable = (name: string, why: string): TaskqError =>
  new TaskqError('TASKQ_SCHEDULE_INVALID', `${show(name)} cannot be used here: ${why}`, {
    hint: 'A beat writes an entry of the code anew. One that was added while running: remove it, and add it again.',
    data: { schedule: name },
  })

/** What the code says; nothing where it cannot be read: that must not hide what is stored. */
export async function readCode({ codeEntries }: SchedulesAccess): Promise<CodeReading> {
  try {
    const entries = await codeEntries()
    return { entries: new Map(entries.map((entry) => [entry.name, entry])), problem: undefined }
  } catch (error) {
    return { entries: new Map(), problem: (error as Error).message }
  }
}

/** The entries of the code by name, or why they cannot be told. */
export interface CodeReading {
  readonly entries: ReadonlyMap<string, ScheduleEntry>
  readonly problem: string | undefined
}

/** As often is tried to change an entry that others change at the same time. */
const MAX_TRIES = 50

/** What is written, and the jobs that are added with it. Beats read their entries anew, unless `isEdit` is false. */
export type Change = Omit<ScheduleChange, 'isEdit'> & Partial<Pick<ScheduleChange, 'isEdit'>>

/**
 * Changes stored entries in one transaction, again and again until nobody else changed one of them meanwhile.
 *
 * @throws TaskqError `TASKQ_SCHEDULE_UNKNOWN` where one of them is not there, `TASKQ_SCHEDULE_CONFLICT`; what `decide`
 *   throws; then nothing was changed
 */
export async function changeEntries(
  access: SchedulesAccess,
  names: readonly string[],
  decide: (name: string, record: ScheduleRecord) => Change | Promise<Change>,
): Promise<void> {
  let missing: readonly string[] = []
  await changeRecords(access, names, async (records) => {
    missing = names.filter((name) => !isEntry(records.get(name)))
    const found = missing.length > 0 ? [] : [...records]
    const changes = await Promise.all(found.map(([name, record]) => decide(name, record)))
    return {
      writes: changes.flatMap(({ writes }) => writes),
      jobs: changes.flatMap(({ jobs }) => jobs),
      isEdit: changes.some(({ isEdit }) => isEdit !== false),
    }
  })
  if (missing.length > 0) throw await unknownEntries(access, missing)
}

/** As {@link changeEntries}, for entries that need not be there. */
export async function changeRecords(
  { store }: SchedulesAccess,
  names: readonly string[],
  decide: (records: ReadonlyMap<string, ScheduleRecord>) => Change | Promise<Change>,
): Promise<void> {
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const outcome = await store.change(names, async (records) => ({ isEdit: true, ...(await decide(records)) }))
    if (outcome !== 'conflict') return
  }
  throw new TaskqError('TASKQ_SCHEDULE_CONFLICT', `${names.map(show).join(', ')}: others kept changing it`, {
    hint: 'Try again. Does a program change it in a loop?',
    data: { schedules: names },
  })
}

/** Reads one stored entry. @throws TaskqError `TASKQ_SCHEDULE_UNKNOWN`, `TASKQ_SCHEDULE_INVALID` */
export async function requireEntry(access: SchedulesAccess, name: string): Promise<UsableEntry> {
  const record = (await access.store.read([name])).get(name)
  if (isEntry(record)) return toUsable(name, requireReadable(name, record))
  throw await unknownEntries(access, [name])
}

/** As {@link requireEntry}; also finds an entry that is in the code alone. */
export async function findEntry(access: SchedulesAccess, name: string): Promise<UsableEntry> {
  const record = (await access.store.read([name])).get(name)
  if (isEntry(record)) return toUsable(name, requireReadable(name, record))
  const inCode = (await readCode(access)).entries.get(name)
  if (inCode === undefined) throw await unknownEntries(access, [name])
  const kept = record?.state && freshState(access.nowMs, record.state)
  return { entry: inCode, state: kept, timetable: createEntryTimetable(inCode), inCodeOnly: true }
}

/** An entry with its slots. */
export interface UsableEntry {
  readonly entry: ScheduleEntry
  readonly state: ScheduleState | undefined
  readonly timetable: Timetable
  /** Not stored yet. */
  readonly inCodeOnly: boolean
}

/** What is stored may be damaged, down to the times. */
function toUsable(name: string, { definition, state }: EntryRecord): UsableEntry {
  const entry = { ...definition.entry, name }
  try {
    return { entry, state, timetable: createEntryTimetable(entry), inCodeOnly: false }
  } catch (cause) {
    throw unusable(name, (cause as Error).message)
  }
}

/** The error for names that no stored entry has, each with the one that was most likely meant. */
export async function unknownEntries(access: SchedulesAccess, names: readonly string[]): Promise<TaskqError> {
  const [{ records }, code] = await Promise.all([access.store.readAll(), readCode(access)])
  const stored = [...records].filter(([, record]) => isEntry(record)).map(([name]) => name)
  const known = [...stored, ...code.entries.keys()]
  const unstored = names.filter((name) => code.entries.has(name))
  const messages = names.map((name) => sayUnknown(name, unstored.includes(name) ? [] : known))
  const hint = hintFor(unstored, code)
  return new TaskqError('TASKQ_SCHEDULE_UNKNOWN', messages.join('; '), { hint, data: { schedules: names } })
}

const sayUnknown = (name: string, known: readonly string[]): string =>
  `no schedule entry is named ${show(name)}${didYouMean(name, known)}`

function hintFor(unstored: readonly string[], { problem }: CodeReading): string {
  if (unstored.length > 0)
    return `In the code, but not stored yet: ${unstored.join(', ')}. A beat stores it: start taskq beat.`
  if (problem !== undefined) return `The entries of the code cannot be told: ${problem}`
  return 'taskq schedule list shows all entries.'
}

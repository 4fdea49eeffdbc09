import type { Problem } from '../errors/problems.js'
import { taskNameProblem } from '../task/names.js'
import { sentArgs } from '../task/sent-args.js'
import { type Report, reportAll, reportTo, reportUnknown, showName, showWritten } from './entry-fields.js'
import { entryOptionProblems } from './entry-options.js'
import { readJitter, readLimit, readMisfire, readOverlap } from './entry-rules.js'
import { readTimes, readWindow, readZone, TIME_KEYS } from './entry-times.js'
import { createEntryTimetable } from './entry-timetable.js'
import { copyPlain, isPlainRecord, type PlainRecord } from './plain-data.js'
import type { ScheduleEntry } from './schedule-entry.js'
import type { ScheduleOptions } from './schedule-options.js'

/** What holds for entries that do not say otherwise. */
export interface EntryDefaults {
  /** The zone of entries that name none. */
  readonly timezone: string
}

/** Every key that an entry may have. */
export const ENTRY_KEYS = [
  'task',
  ...TIME_KEYS,
  'args',
  'options',
  'tz',
  'days',
  'startAt',
  'endAt',
  'limit',
  'jitter',
  'misfire',
  'overlap',
] as const satisfies readonly (keyof ScheduleOptions)[]

const ENTRY_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/
const ENTRY_NAME_FORM =
  'a name of a schedule entry (letters, digits, ".", "_", "-"; at most 100, starting with a letter or digit)'
const ENTRY_FORM = "{ task: 'reports.Daily', cron: '0 3 * * *' }"

const isEntryName = (value: unknown): value is string => typeof value === 'string' && ENTRY_NAME.test(value)

/**
 * Makes an entry of what a user wrote, `ScheduleOptions`, or says everything that is wrong with it. Throws nothing,
 * whatever is written.
 *
 * @param path the key that holds the entries, for messages
 *
 * @example
 * checkScheduleEntry('nightly', { task: 'reports.Daily', cron: '0 3 * *' }, { timezone: 'UTC' })
 * // { problems: [{ key: 'schedule.nightly.cron', expected: 'five fields …', got: … }] }
 */
export function checkScheduleEntry(
  name: string,
  written: unknown,
  defaults: EntryDefaults,
  path = 'schedule',
): { readonly entry: ScheduleEntry } | { readonly problems: readonly Problem[] } {
  const problems: Problem[] = []
  const report = reportTo(problems, path === '' ? showName(name) : `${path}.${showName(name)}`)
  if (!isEntryName(name)) report('', { expected: ENTRY_NAME_FORM, got: showWritten(name) })
  const record = copyPlain(written)
  if (!isPlainRecord(record)) {
    report('', { expected: `an object such as ${ENTRY_FORM}`, got: showWritten(record) })
    return { problems }
  }
  const entry = readEntry(name, record, defaults, report)
  if (problems.length === 0) reportNoSlot(entry, report)
  return problems.length === 0 ? { entry } : { problems }
}

/** Makes entries of a record of them by name, as {@link checkScheduleEntry} does, or says all that is wrong with any. */
export function checkSchedules(
  written: unknown,
  defaults: EntryDefaults,
  path = 'schedule',
): { readonly entries: readonly ScheduleEntry[] } | { readonly problems: readonly Problem[] } {
  const record = written === undefined ? {} : copyPlain(written)
  if (!isPlainRecord(record)) {
    return {
      problems: [{ key: path, expected: `an object such as { nightly: ${ENTRY_FORM} }`, got: showWritten(record) }],
    }
  }
  const checked = Object.keys(record).map((name) => checkScheduleEntry(name, record[name], defaults, path))
  const problems = checked.flatMap((one) => ('problems' in one ? one.problems : []))
  return problems.length > 0 ? { problems } : { entries: checked.flatMap((one) => ('entry' in one ? one.entry : [])) }
}

/** Complete where nothing was reported. */
function readEntry(name: string, record: PlainRecord, defaults: EntryDefaults, report: Report): ScheduleEntry {
  reportUnknown(record, ENTRY_KEYS, report)
  reportAll(taskProblems(record), report)
  const tz = readZone(record.tz, defaults.timezone, report)
  const window = readWindow(record, tz, report)
  const schedule = readTimes({ record, tz, window, report })
  if (record.args !== undefined && !Array.isArray(record.args)) {
    report('args', { expected: 'an array of arguments', got: showWritten(record.args) })
  }
  reportAll(entryOptionProblems(record.options ?? {}), report)
  const limit = readLimit(record, report)
  const entry = {
    name,
    task: record.task,
    args: Array.isArray(record.args) ? sentArgs(record.args) : [],
    options: record.options ?? {},
    schedule,
    ...window,
    ...(limit !== undefined && { limit }),
    jitterMs: readJitter(record, schedule, report),
    misfire: readMisfire(record, report),
    overlap: readOverlap(record, report),
  }
  return entry as ScheduleEntry
}

function taskProblems({ task }: PlainRecord): Problem[] {
  const problem = taskNameProblem('task', task)
  return problem === undefined ? [] : [{ ...problem, got: showWritten(task) }]
}

/** By its own times alone an entry always has slots; it may have none between its start and its end. */
function reportNoSlot(entry: ScheduleEntry, report: Report): void {
  if (entry.startAtMs === undefined && entry.endAtMs === undefined) return
  const beforeAllMs = -1
  if (createEntryTimetable(entry).next(beforeAllMs) === undefined)
    report('', { expected: 'a slot between startAt and endAt', got: 'none' })
}

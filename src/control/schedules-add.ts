import { freshState, type ScheduleOwner, stateAfterEdit } from '../engine/schedules/schedule-record.js'
import { formatProblem, type Problem, show } from '../errors/problems.js'
import { TaskqError } from '../errors/taskq-error.js'
import { checkScheduleEntry } from '../schedule/check-entry.js'
import { describeSchedule } from '../schedule/describe.js'
import { createEntryTimetable } from '../schedule/entry-timetable.js'
import type { ScheduleEntry } from '../schedule/schedule-entry.js'
import type { ScheduleOptions } from '../schedule/schedule-options.js'
import { unknownTaskProblem } from '../schedule/unknown-task.js'
import { isTaskName } from '../task/names.js'
import { findTask, listTasks } from '../task/registry.js'
import { sentArgs } from '../task/sent-args.js'
import type { SchedulesAccess } from './schedules-access.js'
import { changeRecords, isEntry, readCode } from './schedules-lookup.js'

/** What holds for adding an entry, beside what the entry is. */
export interface AddRules {
  /** Take the place of an entry of this name that was added while running. Default false. */
  readonly replace?: boolean
  /** Add it though neither this process nor any worker knows the task. Default false. */
  readonly force?: boolean
  /**
   * Import the project's task files first: to know its tasks, and to refuse a name that the code has before any beat
   * has stored it. Default false: then a beat with that code gives the name to the code.
   */
  readonly readCode?: boolean
}

/** An entry that was added. */
export interface AddedSchedule {
  readonly name: string
  readonly task: string
  /** Its times, in words. */
  readonly when: string
  readonly next: Date
  /** Whether it took the place of another. */
  readonly replaced: boolean
  /** The time by the broker's clock. */
  readonly now: Date
}

/** Adds an entry, or takes the place of one: then how far that had come is kept. */
export async function addSchedule(
  access: SchedulesAccess,
  name: string,
  options: ScheduleOptions,
  { replace = false, force = false, readCode: readsCode = false }: AddRules,
): Promise<AddedSchedule> {
  const code = readsCode ? await readCode(access) : undefined
  const { entry, nextMs } = await checkEntry(access, name, options, force)
  if (code?.entries.has(name)) throw taken(name, 'code')
  const { task, args, options: jobOptions } = entry
  await access.planJob({ id: access.newId(), task, args, options: jobOptions })
  let replaced = false
  await changeRecords(access, [name], (records) => {
    const record = records.get(name)
    const owner = record?.definition?.owner
    replaced = isEntry(record)
    if (replaced && (!replace || owner === 'code')) throw taken(name, owner)
    const state = record && replaced ? stateAfterEdit(record, entry, access.nowMs) : freshState(access.nowMs)
    return { writes: [{ name, definition: { entry, owner: 'runtime' }, state }], jobs: [] }
  })
  return {
    name,
    task,
    when: describeSchedule(entry.schedule),
    next: new Date(nextMs),
    replaced,
    now: new Date(access.nowMs),
  }
}

function taken(name: string, owner: ScheduleOwner | undefined): TaskqError {
  const [message, hint] =
    owner === 'code'
      ? [`${show(name)} is an entry of the code`, 'Choose another name, or change the entry in the code.']
      : [`there is an entry named ${show(name)}`, 'Choose another name, or replace it (replace: true, --replace).']
  return new TaskqError('TASKQ_SCHEDULE_EXISTS', message, { hint, data: { schedule: name } })
}

/** Checks all of what was given, and tells all that is wrong. */
async function checkEntry(access: SchedulesAccess, name: string, options: ScheduleOptions, force: boolean) {
  const checked = checkScheduleEntry(name, options, { timezone: access.timezone }, '')
  const problems = 'problems' in checked ? [...checked.problems] : []
  // Trailing arguments that are not there would be stored as null.
  const entry = 'entry' in checked ? { ...checked.entry, args: sentArgs(checked.entry.args) } : undefined
  const nextMs = entry && createEntryTimetable(entry).next(access.nowMs)
  if (entry !== undefined && nextMs === undefined) problems.push(overProblem(entry))
  const unknown = force ? undefined : await taskProblem(access, name, options)
  if (unknown !== undefined) problems.push(unknown)
  if (entry !== undefined && nextMs !== undefined && problems.length === 0) return { entry, nextMs }
  throw new TaskqError('TASKQ_SCHEDULE_INVALID', problems.map(formatProblem).join('; '), {
    ...(unknown !== undefined && {
      hint: 'With force (--force) it is added all the same; its jobs wait for a worker that has the task.',
    }),
    data: { schedule: name, problems },
  })
}

/** An entry that would never do anything is a slip of the pen. */
function overProblem({ name, schedule, endAtMs }: ScheduleEntry): Problem {
  const overMs = schedule.kind === 'clocked' ? schedule.atMs : (endAtMs ?? 0)
  const key = schedule.kind === 'clocked' ? 'at' : 'endAt'
  return { key: `${name}.${key}`, expected: 'an instant with a slot from now on', got: new Date(overMs).toISOString() }
}

/** A process without the tasks' code asks what workers have told. */
async function taskProblem({ engine }: SchedulesAccess, name: string, options: unknown): Promise<Problem | undefined> {
  const task = (options as Partial<ScheduleOptions> | undefined)?.task
  // What can be no name is a problem that is told already.
  if (!isTaskName(task) || findTask(task) !== undefined) return undefined
  const told = await engine.knownTasks()
  if (told.has(task)) return undefined
  return unknownTaskProblem(`${name}.task`, task, [...listTasks().map((known) => known.name), ...told.keys()])
}

import type { ResolvedConfig } from '../config/resolved-config.js'
import type { Discovery } from '../discovery/discover-tasks.js'
import { formatProblem } from '../errors/problems.js'
import { TaskqError } from '../errors/taskq-error.js'
import { type DeclaredEntry, type DeclaredSchedules, declaredSchedules } from '../schedule/declared-schedules.js'
import type { ScheduleEntry } from '../schedule/schedule-entry.js'

/** A project, as far as its schedule entries are concerned. */
export interface ScheduledProject {
  readonly config: Pick<ResolvedConfig, 'schedule' | 'timezone'>
  /** Imports the task files. */
  discover(): Promise<Pick<Discovery, 'failures'>>
}

/**
 * The schedule entries that the code has: the config's, and those that tasks declare by `@Cron` and `@Every`; and what
 * is wrong with declarations. Imports the project's task files.
 */
export async function readCodeSchedules(project: ScheduledProject): Promise<DeclaredSchedules> {
  await project.discover()
  const { schedule, timezone } = project.config
  const configured: DeclaredEntry[] = schedule.map((entry) => ({ entry, place: undefined }))
  const { entries, problems } = declaredSchedules({ timezone }, schedule)
  return { entries: [...configured, ...entries], problems }
}

/**
 * The same, where all of it is right.
 *
 * @throws TaskqError `TASKQ_SCHEDULE_INVALID`, naming every problem of every declaration at once
 */
export async function codeSchedules(project: ScheduledProject): Promise<readonly ScheduleEntry[]> {
  const { entries, problems } = await readCodeSchedules(project)
  if (problems.length > 0) throw unusableSchedules(problems.map(formatProblem))
  return entries.map(({ entry }) => entry)
}

/** The refusal of the code's entries. */
export function unusableSchedules(problems: readonly string[]): TaskqError {
  const message = `the schedule cannot be used:\n${problems.map((line) => `  ${line}`).join('\n')}`
  return new TaskqError('TASKQ_SCHEDULE_INVALID', message, {
    hint: 'Correct these entries; nothing was changed.',
    data: { problems },
  })
}

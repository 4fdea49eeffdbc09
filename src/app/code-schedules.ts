import type { ResolvedConfig } from '../config/resolved-config.js'
import type { Discovery } from '../discovery/discover-tasks.js'
import { formatProblem } from '../errors/problems.js'
import { TaskqError } from '../errors/taskq-error.js'
import { declaredSchedules } from '../schedule/declared-schedules.js'
import type { ScheduleEntry } from '../schedule/schedule-entry.js'

/** A project, as far as its schedule entries are concerned. */
export interface ScheduledProject {
  readonly config: Pick<ResolvedConfig, 'schedule' | 'timezone'>
  /** Imports the task files. */
  discover(): Promise<Pick<Discovery, 'failures'>>
}

/**
 * The schedule entries that the code has: the config's, and those that tasks declare by `@Cron` and `@Every`. Imports
 * the project's task files.
 *
 * @throws TaskqError `TASKQ_SCHEDULE_INVALID`, naming every problem of every declaration at once
 */
export async function codeSchedules(project: ScheduledProject): Promise<readonly ScheduleEntry[]> {
  await project.discover()
  const { schedule, timezone } = project.config
  const declared = declaredSchedules({ timezone }, schedule)
  if ('entries' in declared) return [...schedule, ...declared.entries]
  const lines = declared.problems.map((problem) => `  ${formatProblem(problem)}`)
  throw new TaskqError('TASKQ_SCHEDULE_INVALID', `the schedule cannot be used:\n${lines.join('\n')}`, {
    hint: 'Correct these entries; nothing was changed.',
    data: { problems: declared.problems },
  })
}

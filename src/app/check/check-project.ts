import { relative } from 'node:path'
import type { ResolvedConfig } from '../../config/resolved-config.js'
import { EffectiveTasks } from '../../config/task-options.js'
import type { Discovery } from '../../discovery/discover-tasks.js'
import { formatProblem } from '../../errors/problems.js'
import type { TaskDefinition } from '../../task/definition.js'
import { readCodeSchedules, type ScheduledProject } from '../code-schedules.js'
import { checkKeys } from './check-keys.js'
import { checkLimits } from './check-limits.js'
import { checkPatterns } from './check-patterns.js'
import { checkQueues } from './check-queues.js'
import { checkRetries } from './check-retries.js'
import { checkSchedules } from './check-schedules.js'
import type { CheckedProject } from './checked-project.js'
import { errorAt, type Finding } from './finding.js'

/** A project that is to be checked. */
export interface CheckableProject extends ScheduledProject {
  readonly config: ResolvedConfig
  discover(): Promise<Discovery>
}

/** What a check found; `ok` where nothing keeps anything from working. */
export interface CheckReport {
  readonly ok: boolean
  readonly tasks: number
  readonly findings: readonly Finding[]
}

/**
 * Looks for what cannot work in a project, and for what is hardly meant as it is: task files, options, routes, queues,
 * schedule entries. Imports the task files, and asks no broker.
 */
export async function checkProject(project: CheckableProject): Promise<CheckReport> {
  const { config } = project
  const { tasks: discovered, failures } = await project.discover()
  const broken = failures.map(({ file, message, hint }) =>
    errorAt(relative(config.root, file) || file, message, hint ?? 'Correct the file.'),
  )
  const { tasks, misfits } = withConfig(
    config,
    discovered.map(({ definition }) => definition),
  )
  const names = discovered.map(({ definition }) => definition.name)
  const checked: CheckedProject = { config, names, tasks, schedules: await readCodeSchedules(project) }
  const findings = [...broken, ...misfits, ...CHECKS.flatMap((check) => check(checked))]
  return { ok: findings.every(({ level }) => level !== 'error'), tasks: discovered.length, findings }
}

/** A check of a project: everything of one kind that it finds. */
type Check = (project: CheckedProject) => Finding[]

const CHECKS: readonly Check[] = [
  checkPatterns,
  checkQueues,
  checkKeys,
  checkLimits,
  checkRetries,
  ({ schedules }) => schedules.problems.map((problem) => errorAt(problem.key, formatProblem(problem))),
  checkSchedules,
]

/** The tasks as they are by the config, but those that do not go together with it. */
function withConfig(config: ResolvedConfig, written: readonly TaskDefinition[]) {
  const effective = new EffectiveTasks(config)
  const tasks: TaskDefinition[] = []
  const misfits: Finding[] = []
  for (const task of written) {
    try {
      tasks.push(effective.of(task))
    } catch (error) {
      misfits.push(errorAt(`task ${task.name}`, (error as Error).message, (error as { hint?: string }).hint))
    }
  }
  return { tasks, misfits }
}

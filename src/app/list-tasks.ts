import { relative } from 'node:path'
import { createRouter, type Router } from '../config/create-router.js'
import { DEFAULT_TASK_PATTERNS } from '../config/defaults.js'
import { EffectiveTasks } from '../config/task-options.js'
import type { DiscoveredTask } from '../discovery/discover-tasks.js'
import type { DiscoveryFailure } from '../discovery/discovery-failure.js'
import { formatRate } from '../time/rate.js'
import type { App } from './app.js'

/** A task of the project. */
export interface ListedTask {
  readonly name: string
  readonly queue: string
  readonly retries: number
  /** `100/m`, where there is one. */
  readonly rateLimit?: string
  /** From the project's root. */
  readonly file: string
  readonly line?: number
}

/** What the project's task files define. */
export interface TaskList {
  readonly tasks: readonly ListedTask[]
  /** The files that cannot be imported. */
  readonly failures: readonly DiscoveryFailure[]
  /** Where was looked. */
  readonly patterns: readonly string[]
}

/** The tasks of a project, where their jobs go and where they stand. */
export async function listTasks(app: App): Promise<TaskList> {
  const { tasks, failures } = await app.discover()
  const [router, effective] = [createRouter(app.config), new EffectiveTasks(app.config)]
  return {
    tasks: tasks.map((task) =>
      describeTask({ ...task, definition: effective.of(task.definition) }, router, app.config.root),
    ),
    failures,
    patterns: app.config.tasks ?? DEFAULT_TASK_PATTERNS,
  }
}

function describeTask({ definition, file }: DiscoveredTask, router: Router, root: string): ListedTask {
  const { name, retries, rateLimit, source } = definition
  const line = /:(\d+)$/.exec(source ?? '')?.[1]
  return {
    name,
    queue: definition.queue ?? router.home(name).queue,
    retries,
    ...(rateLimit !== undefined && { rateLimit: formatRate(rateLimit) }),
    file: relative(root, file),
    ...(line !== undefined && { line: Number(line) }),
  }
}

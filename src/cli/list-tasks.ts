import { relative } from 'node:path'
import type { App } from '../app/app.js'
import { createRouter, queueOfTask } from '../config/create-router.js'
import { DEFAULT_TASK_PATTERNS } from '../config/defaults.js'
import type { DiscoveredTask } from '../discovery/discover-tasks.js'
import type { DiscoveryFailure } from '../discovery/discovery-failure.js'
import { formatRate } from './format-rate.js'
import type { ListedTask } from './presenters/list.js'

/** The tasks of a project, where their jobs go and where they stand. */
export async function listTasks(
  app: App,
): Promise<{ tasks: ListedTask[]; failures: readonly DiscoveryFailure[]; patterns: readonly string[] }> {
  const { tasks, failures } = await app.discover()
  const routeOf = createRouter(app.config)
  return {
    tasks: tasks.map((task) => describeTask(task, routeOf, app.config.root)),
    failures,
    patterns: app.config.tasks ?? DEFAULT_TASK_PATTERNS,
  }
}

function describeTask(
  { definition, file }: DiscoveredTask,
  routeOf: (task: string) => string,
  root: string,
): ListedTask {
  const { name, retries, rateLimit, source } = definition
  const line = /:(\d+)$/.exec(source ?? '')?.[1]
  return {
    name,
    queue: queueOfTask(routeOf, definition),
    retries,
    ...(rateLimit !== undefined && { rateLimit: formatRate(rateLimit) }),
    file: relative(root, file),
    ...(line !== undefined && { line: Number(line) }),
  }
}

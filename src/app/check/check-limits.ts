import { createRouter } from '../../config/create-router.js'
import { isLimited } from '../../task/options/limit-options.js'
import type { CheckedProject } from './checked-project.js'
import { type Finding, warningAt } from './finding.js'

/** Limited tasks whose calls a route that is a function may send where they are refused. */
export function checkLimits({ config, tasks }: CheckedProject): Finding[] {
  const router = createRouter(config)
  return tasks.flatMap((task) => {
    if (task.queue !== undefined || !isLimited(task)) return []
    return router
      .functionsFor(task.name)
      .slice(0, 1)
      .map((route) => sentElsewhere(task.name, router.home(task.name).queue, route))
  })
}

const sentElsewhere = (task: string, queue: string, route: number): Finding =>
  warningAt(
    `task ${task}`,
    `its limits hold in the queue ${queue} alone: where the function routes[${route}] sends it elsewhere, the call is refused`,
    'Give the task a queue of its own, or put a route for it above the function.',
  )

import { createRouter } from '../config/create-router.js'
import type { ResolvedConfig } from '../config/resolved-config.js'
import { laneOf } from '../engine/lane.js'
import type { TaskFacts } from '../engine/worker-registry.js'
import { show } from '../errors/problems.js'
import { TaskqError } from '../errors/taskq-error.js'
import type { TaskDefinition } from '../task/definition.js'

/** Where a job goes, and what is known of its result. */
export interface Destination {
  readonly queue: string
  readonly lane: string
  readonly ignoreResult: boolean
}

/** What is known of a task here: its code, or what some worker told of it, or nothing. */
export interface KnownTask {
  readonly definition: TaskDefinition | undefined
  readonly facts: TaskFacts | undefined
}

/** Says where a task's jobs go. */
export type FindDestination = (task: string, known: KnownTask, queue: string | undefined) => Destination

/**
 * Builds the rule: the queue that the call names, else the task's own, else the first route that matches,
 * else the one that the workers which know the task serve, else `defaultQueue`. (The order of the first
 * three is Celery's: https://docs.celeryq.dev/en/stable/userguide/routing.html#specifying-task-destination)
 *
 * The rule throws `TASKQ_ENQUEUE_OPTION_INVALID` for a rate-limited task that is called into another queue than its
 * own: there its limit would not hold.
 */
export function createDestinations(config: Pick<ResolvedConfig, 'routes' | 'defaultQueue'>): FindDestination {
  const routeOf = createRouter(config)
  return (task, { definition, facts }, named) => {
    const routed = routeOf(task)
    const stored = routed === config.defaultQueue ? facts?.queue : undefined
    const home = definition?.queue ?? stored ?? routed
    const queue = named ?? home
    const limited = definition === undefined ? facts?.rateLimited === true : definition.rateLimit !== undefined
    if (limited && queue !== home) throw limitedElsewhere(task, home, queue)
    return {
      queue,
      lane: laneOf(queue, limited ? task : undefined),
      ignoreResult: definition?.ignoreResult ?? facts?.ignoreResult ?? false,
    }
  }
}

function limitedElsewhere(task: string, home: string, queue: string): TaskqError {
  return new TaskqError(
    'TASKQ_ENQUEUE_OPTION_INVALID',
    `${task}: queue: expected ${show(home)}, the queue in which its rate limit holds, got ${show(queue)}`,
    { hint: 'Leave queue out, or move the task there with its queue option or a route.', data: { task, queue } },
  )
}

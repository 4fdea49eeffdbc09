import { createRouter } from '../config/create-router.js'
import type { ResolvedConfig } from '../config/resolved-config.js'
import type { RoutedCall } from '../config/route.js'
import { laneOf } from '../engine/lane.js'
import type { TaskFacts } from '../engine/worker-registry.js'
import { show } from '../errors/problems.js'
import { TaskqError } from '../errors/taskq-error.js'
import { isLimited } from '../task/options/limit-options.js'
import type { ResolvedTaskOptions } from '../task/options.js'

/** Where a job goes, and what is known of its result. `priority` is the route's. */
export interface Destination {
  readonly queue: string
  readonly lane: string
  readonly ignoreResult: boolean
  readonly priority: number | undefined
}

/** What is known of a task here: its options by its code and the config, or what some worker told of it, or nothing. */
export interface KnownTask {
  readonly definition: ResolvedTaskOptions | undefined
  readonly facts: TaskFacts | undefined
}

/** Says where a call's job goes; `queue` is the one that the call names. */
export type FindDestination = (call: RoutedCall, known: KnownTask, queue: string | undefined) => Destination

/**
 * Builds the rule: the queue that the call names, else the task's own, else the first route that matches,
 * else the one that the workers which know the task serve, else `defaultQueue`. (The order of the first
 * three is Celery's: https://docs.celeryq.dev/en/stable/userguide/routing.html#specifying-task-destination)
 * The route's priority counts wherever the queue came from.
 *
 * The rule throws `TASKQ_ENQUEUE_OPTION_INVALID` for a limited task that is called into another queue than its
 * own: there its limit would not hold.
 */
export function createDestinations(config: Pick<ResolvedConfig, 'routes' | 'defaultQueue'>): FindDestination {
  const router = createRouter(config)
  return (call, { definition, facts }, named) => {
    const { task } = call
    const routed = router.of(call)
    const stored = routed.queue === config.defaultQueue ? facts?.queue : undefined
    const home = definition?.queue ?? stored ?? routed.queue
    const queue = named ?? home
    const limited = definition === undefined ? facts?.limited === true : isLimited(definition)
    if (limited && queue !== home) throw limitedElsewhere(task, home, queue)
    return {
      queue,
      lane: laneOf(queue, limited ? task : undefined),
      ignoreResult: definition?.ignoreResult ?? facts?.ignoreResult ?? false,
      priority: routed.priority,
    }
  }
}

function limitedElsewhere(task: string, home: string, queue: string): TaskqError {
  return new TaskqError(
    'TASKQ_ENQUEUE_OPTION_INVALID',
    `${task}: queue: expected ${show(home)}, the queue in which its limits hold, got ${show(queue)}`,
    { hint: 'Leave queue out, or move the task there with its queue option or a route.', data: { task, queue } },
  )
}

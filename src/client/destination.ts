import { createRouter } from '../config/create-router.js'
import type { ResolvedConfig } from '../config/resolved-config.js'
import type { RoutedCall } from '../config/route.js'
import { laneOf } from '../engine/lanes/lane.js'
import type { TaskFacts } from '../engine/workers/worker-registry.js'
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
 * own, by name or by a route that is a function: there its limit would not hold.
 */
export function createDestinations(config: Pick<ResolvedConfig, 'routes' | 'defaultQueue'>): FindDestination {
  const router = createRouter(config)
  return (call, { definition, facts }, named) => {
    const { task } = call
    const routed = router.of(call)
    const queueBy = (queue: string) =>
      definition?.queue ?? (queue === config.defaultQueue ? facts?.queue : undefined) ?? queue
    const queue = named ?? queueBy(routed.queue)
    const limited = definition === undefined ? facts?.limited === true : isLimited(definition)
    if (limited) requireHome(task, queueBy(router.home(task).queue), queue)
    return {
      queue,
      lane: laneOf(queue, limited ? task : undefined),
      ignoreResult: definition?.ignoreResult ?? facts?.ignoreResult ?? false,
      priority: routed.priority,
    }
  }
}

function requireHome(task: string, home: string, queue: string): void {
  if (queue === home) return
  throw new TaskqError(
    'TASKQ_ENQUEUE_OPTION_INVALID',
    `${task}: queue: expected ${show(home)}, the queue in which its limits hold, got ${show(queue)}`,
    {
      hint: 'Name no other queue, in the call or in a route that is a function. To move the task, use its queue option or a route with a pattern.',
      data: { task, queue },
    },
  )
}

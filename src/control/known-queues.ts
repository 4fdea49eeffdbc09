import type { Engine } from '../engine/engine.js'
import { parseLane } from '../engine/lanes/lane.js'
import { didYouMean } from '../errors/nearest.js'
import { show } from '../errors/problems.js'
import { TaskqError } from '../errors/taskq-error.js'

/**
 * Refuses a queue that never had a job, that no worker serves, and that no known task goes to.
 *
 * @throws TaskqError `TASKQ_QUEUE_UNKNOWN`
 */
export async function requireQueue(engine: Engine, queue: string): Promise<void> {
  const known = await knownQueues(engine)
  if (known.has(queue)) return
  throw new TaskqError('TASKQ_QUEUE_UNKNOWN', `no queue is named ${show(queue)}${didYouMean(queue, known)}`, {
    hint: 'A queue is known from its first job on, or from when a worker first serves it. taskq status shows all.',
    data: { queue },
  })
}

async function knownQueues(engine: Engine): Promise<ReadonlySet<string>> {
  const [lanes, workers, tasks] = await Promise.all([engine.lanes(), engine.workers(), engine.knownTasks()])
  return new Set([
    ...lanes.map((lane) => parseLane(lane).queue),
    ...workers.flatMap((worker) => worker.queues),
    ...[...tasks.values()].map((facts) => facts.queue),
  ])
}

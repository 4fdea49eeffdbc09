import { isAuthError } from '../engine/connection/refused.js'
import type { OnCommand } from '../engine/control/control-listener.js'
import type { WorkerSide } from '../engine/workers/worker-side.js'
import type { WorkerOptions } from './worker-options.js'

/** Tells the broker which tasks a worker has: producers, and whoever looks, learn it there. */
export async function announceTasks(
  side: WorkerSide,
  { tasks, taskFacts }: Pick<WorkerOptions, 'tasks' | 'taskFacts'>,
): Promise<void> {
  const limits = tasks.map(async ({ name }) => {
    const facts = taskFacts.get(name)
    if (facts?.limited === true) await side.lanes.limit(facts.queue, name, facts)
  })
  await Promise.all([...limits, side.registry.announceTasks(taskFacts)])
}

/** Hears commands. A user of the broker who may use no channels cannot be steered; the work is done all the same. */
export async function listen(
  side: WorkerSide,
  { id, name }: Pick<WorkerOptions, 'id' | 'name'>,
  onCommand: OnCommand,
  onError: (error: Error) => void,
): Promise<void> {
  await side.listen({ id, worker: name }, onCommand).catch((error) => {
    if (!isAuthError(error as Error)) throw error
    onError(error as Error)
  })
}

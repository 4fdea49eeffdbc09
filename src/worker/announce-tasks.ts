import type { WorkerSide } from '../engine/worker-side.js'
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

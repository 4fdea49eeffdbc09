import type { Engine } from '../engine/engine.js'
import { parseLane } from '../engine/lanes/lane.js'
import type { WorkerFacts } from '../engine/workers/worker-facts.js'

/** Jobs that wait in a queue which is served, though by nobody who knows their task. */
export interface UnknownTask {
  readonly task: string
  readonly queue: string
  readonly jobs: number
}

/** Finds them: jobs of tasks that workers did not know wait in lanes of their own. */
export async function readUnknownTasks(engine: Engine, workers: readonly WorkerFacts[]): Promise<UnknownTask[]> {
  const strange = (await engine.lanes()).filter((lane) => isStrange(lane, workers))
  if (strange.length === 0) return []
  const counts = await engine.waitingIn(strange)
  return strange.flatMap((lane, index) => {
    const { queue, task = '' } = parseLane(lane)
    const jobs = counts[index] ?? 0
    return jobs > 0 ? [{ task, queue, jobs }] : []
  })
}

function isStrange(lane: string, workers: readonly WorkerFacts[]): boolean {
  const { queue, task } = parseLane(lane)
  if (task === undefined) return false
  const serving = workers.filter(({ queues }) => queues.includes(queue))
  return serving.length > 0 && !serving.some(({ tasks }) => tasks.includes(task))
}

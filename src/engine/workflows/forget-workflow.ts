import { partId } from '../../task/names.js'
import type { Engine } from '../engine.js'

/** So many nodes are looked at in one trip, and so many jobs are removed side by side. */
const NODES_AT_ONCE = 200

/** Removes a workflow that is over, its jobs and their results. False where it is not there, or some of it goes on. */
export async function forgetWorkflow(
  engine: Pick<Engine, 'workflows' | 'jobs' | 'forget'>,
  id: string,
): Promise<boolean> {
  const { workflows, jobs } = engine
  const record = await workflows.record(id)
  if (record === undefined || record.state === 'running' || record.open > 0) return false
  for (let from = 0; from < record.nodes; from += NODES_AT_ONCE) {
    const nodes = await workflows.nodes(id, from, Math.min(record.nodes - from, NODES_AT_ONCE))
    const ended = nodes.filter(({ state }) => state === 'done' || state === 'failed')
    const found = await Promise.all(ended.map(({ index, lane }) => jobs.find(partId(id, index), lane)))
    await Promise.all(found.map((job) => job && engine.forget(job)))
  }
  return workflows.forget(id)
}

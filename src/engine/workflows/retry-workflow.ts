import { randomUUID } from 'node:crypto'
import { partId } from '../../task/names.js'
import type { Engine } from '../engine.js'
import { RETRY_STEP } from '../job-edits.js'
import { RETRIED } from '../retry-script.js'

/** So many nodes are looked at in one trip. */
const NODES_AT_ONCE = 1000

/**
 * Runs the jobs of a workflow again that have failed; it goes on from there. Of one that was revoked none: nothing of it
 * starts any more.
 *
 * @returns how many run again
 */
export async function retryWorkflow(
  { workflows, jobEdits, jobs }: Pick<Engine, 'workflows' | 'jobEdits' | 'jobs'>,
  id: string,
  by: string,
): Promise<number> {
  const record = await workflows.record(id)
  if (record === undefined || record.state === 'revoked' || record.failed === 0) return 0
  const how = { call: randomUUID(), by }
  let retried = 0
  for (let from = 0; from < record.nodes; from += NODES_AT_ONCE) {
    const nodes = await workflows.nodes(id, from, Math.min(record.nodes - from, NODES_AT_ONCE))
    const failed = nodes.filter(({ node, state }) => node.kind === 'task' && state === 'failed')
    const lanes = await jobs.lanesOf(failed.map(({ index }) => partId(id, index)))
    for (const [lane, ids] of idsByLane(lanes)) {
      for (let at = 0; at < ids.length; at += RETRY_STEP) {
        const codes = await jobEdits.retry(lane, ids.slice(at, at + RETRY_STEP), how)
        retried += codes.filter((code) => code === RETRIED).length
      }
    }
  }
  return retried
}

function idsByLane(lanes: ReadonlyMap<string, string>): Map<string, string[]> {
  const ids = new Map<string, string[]>()
  for (const [id, lane] of lanes) ids.set(lane, [...(ids.get(lane) ?? []), id])
  return ids
}

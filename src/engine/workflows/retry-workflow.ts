import { randomUUID } from 'node:crypto'
import { partId } from '../../task/names.js'
import { type JobEdits, RETRY_STEP } from '../jobs/job-edits.js'
import type { JobReader } from '../jobs/job-reader.js'
import { RETRIED, type RetryCall } from '../jobs/retry-script.js'
import type { NodeRecord } from './workflow-record.js'
import type { Workflows } from './workflows.js'

/** So many nodes are looked at in one trip. */
const NODES_AT_ONCE = 1000

/** What is needed to run jobs of workflows again. */
export interface RetryTools {
  readonly workflows: Workflows
  readonly jobEdits: JobEdits
  readonly jobs: JobReader
}

/**
 * Runs the jobs of a workflow again that have failed; it goes on from there. For one that had ended as another workflow
 * did, that workflow's failed jobs run again. Of a workflow that was revoked none: nothing of it starts any more.
 *
 * @returns how many run again
 */
export const retryWorkflow = (engine: RetryTools, id: string, by: string): Promise<number> =>
  retryInCall(engine, id, { call: randomUUID(), by })

/** As {@link retryWorkflow}, as a part of a call that runs others again, too: what it has run already counts as such. */
export async function retryInCall(engine: RetryTools, id: string, how: RetryCall): Promise<number> {
  const { workflows } = engine
  const record = await workflows.record(id)
  if (record === undefined || record.state === 'revoked' || record.failed === 0) return 0
  let retried = 0
  for (let from = 0; from < record.nodes; from += NODES_AT_ONCE) {
    const nodes = await workflows.nodes(id, from, Math.min(record.nodes - from, NODES_AT_ONCE))
    const again: number[] = []
    for (const node of nodes.filter(hasFailed)) {
      const inside = await retryInside(engine, node, how)
      if (inside === 0) again.push(node.index)
      retried += inside
    }
    retried += await retryParts(engine, id, again, how)
  }
  return retried
}

const hasFailed = ({ node, state }: NodeRecord): boolean => node.kind === 'task' && state === 'failed'

/** Where a workflow took its place: as that goes on, so does the job. Where nothing of it can, the job runs anew. */
async function retryInside(engine: RetryTools, { failure }: NodeRecord, how: RetryCall): Promise<number> {
  const workflow = failure?.from?.workflow
  return typeof workflow === 'string' ? retryInCall(engine, workflow, how) : 0
}

/** Those that failed before they were jobs are to be made jobs. */
async function retryParts(engine: RetryTools, id: string, nodes: readonly number[], how: RetryCall): Promise<number> {
  const lanes = await engine.jobs.lanesOf(nodes.map((node) => partId(id, node)))
  const unmade = nodes.filter((node) => !lanes.has(partId(id, node)))
  const made = await Promise.all(unmade.map((node) => engine.workflows.retryUnmade(id, node, how.call)))
  return made.filter(Boolean).length + (await retryJobs(engine, lanes, how))
}

async function retryJobs({ jobEdits }: RetryTools, lanes: ReadonlyMap<string, string>, how: RetryCall) {
  let retried = 0
  for (const [lane, own] of idsByLane(lanes)) {
    for (let at = 0; at < own.length; at += RETRY_STEP) {
      const codes = await jobEdits.retry(lane, own.slice(at, at + RETRY_STEP), how)
      retried += codes.filter((code) => code === RETRIED).length
    }
  }
  return retried
}

/** Jobs by the lanes that they are in. */
export function idsByLane(lanes: ReadonlyMap<string, string>): Map<string, string[]> {
  const ids = new Map<string, string[]>()
  for (const [id, lane] of lanes) ids.set(lane, [...(ids.get(lane) ?? []), id])
  return ids
}

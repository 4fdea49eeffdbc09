import { partId } from '../../task/names.js'
import type { WorkflowTree } from '../../task/workflow-result.js'
import type { Engine } from '../engine.js'
import { jobStateOf } from '../jobs/job-state.js'
import { cutShape } from './cut-shape.js'
import { growTree, type PartJob } from './grow-tree.js'
import type { NodeRecord } from './workflow-record.js'

/** How much of a workflow is read. */
export interface TreeLimits {
  /** At most about so many parts. Default 200. */
  readonly most?: number
}

const LOOKED_FOR: ReadonlySet<NodeRecord['state']> = new Set(['queued', 'added', 'failed'])

type TreeSource = Pick<Engine, 'workflows' | 'jobs'>

/** So many jobs are looked at side by side. */
const JOBS_AT_ONCE = 50

/** A workflow's parts, and how each stands; undefined where it is gone. Of large groups the first members are told of. */
export async function readTree(
  source: TreeSource,
  id: string,
  { most = 200 }: TreeLimits = {},
): Promise<WorkflowTree | undefined> {
  const record = await source.workflows.record(id)
  if (record === undefined) return undefined
  // What made it fail is shown, though it were the last of ten thousand.
  const cut = cutShape(record.shape, most, record.cause?.node)
  const nodes = await source.workflows.nodesAt(id, cut.nodes)
  const states = await statesOf(source, id, nodes)
  const tree = growTree(record, cut.root, new Map(nodes.map((node) => [node.index, node])), states)
  if (tree.kind === 'task' && record.state !== 'revoked') return tree
  return { ...tree, id, ...(record.state !== 'running' && { state: record.state }) }
}

/** Where the jobs stand that have been made and have not succeeded. The record hears a little later that they were. */
async function statesOf(source: TreeSource, id: string, nodes: readonly NodeRecord[]): Promise<Map<number, PartJob>> {
  const states = new Map<number, PartJob>()
  const jobs = nodes.filter(({ state }) => LOOKED_FOR.has(state))
  for (let at = 0; at < jobs.length; at += JOBS_AT_ONCE) {
    await Promise.all(
      jobs.slice(at, at + JOBS_AT_ONCE).map(async ({ index, lane }) => {
        const job = await source.jobs.find(partId(id, index), lane)
        if (job === undefined) return
        const { waitsFor } = job
        states.set(index, { state: jobStateOf(job), ...(waitsFor !== undefined && { endsAs: waitsFor }) })
      }),
    )
  }
  return states
}

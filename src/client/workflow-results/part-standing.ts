import type { WorkflowNode } from '../../canvas/workflow-plan.js'
import type { Engine } from '../../engine/engine.js'
import { stateOfUnmade } from '../../engine/jobs/job-state.js'
import type { NodeRecord, WorkflowRecord } from '../../engine/workflows/workflow-record.js'
import type { JobFailure } from '../../errors/job-failure.js'
import type { JobState } from '../../task/job-state.js'
import { partId, type WorkflowPart } from '../../task/names.js'
import { chordFailure, workflowFailure } from './workflow-failure.js'

/** How a part of a workflow stands of which there is no job. */
export interface PartStanding {
  readonly state: JobState
  /** Why it will not run, or what it failed for. */
  readonly failure?: JobFailure
  readonly task?: string
}

/** In larger workflows a part is known to be lost when all else of it is over. */
const MOST_SEARCHED = 2000

/** How a part of a workflow stands by its record; undefined where there is none, or its job was and is gone. */
export async function partStanding(
  { workflows }: Pick<Engine, 'workflows'>,
  { workflow, node: index }: WorkflowPart,
): Promise<PartStanding | undefined> {
  const record = await workflows.record(workflow)
  if (record === undefined) return undefined
  const [node] = await workflows.nodesAt(workflow, [index])
  if (node === undefined || !('task' in node.node)) return undefined
  const { task } = node.node
  if (node.state === 'failed')
    return { state: stateOfUnmade(node.failure), task, ...(node.failure && { failure: node.failure }) }
  if (node.state === 'queued' || node.state === 'added') return { state: 'queued', task }
  if (node.state === 'done') return undefined
  const failure = record.state === 'revoked' ? workflowFailure(record) : await upstreamFailure(workflows, record, index)
  if (failure === undefined) return { state: 'blocked', task }
  return { state: record.state === 'revoked' ? 'revoked' : 'failed', task, failure }
}

/** Why a part that waits will never run; undefined where it may. */
async function upstreamFailure(
  workflows: Engine['workflows'],
  record: WorkflowRecord,
  index: number,
): Promise<JobFailure | undefined> {
  const isOver = record.state !== 'running' && record.open === 0
  if (record.failed === 0 && !isOver) return undefined
  const nodes = record.nodes > MOST_SEARCHED ? [] : await workflows.nodes(record.id, 0, record.nodes)
  const found = new Upstream(nodes).failureBefore(index)
  if (found !== undefined) return whyNot(record.id, found)
  if (!isOver) return undefined
  const { cause } = record
  return cause === undefined
    ? NEVER
    : whyNot(record.id, { index: cause.node, task: cause.task, failure: cause.failure })
}

interface FailedBefore {
  readonly index: number
  readonly task: string
  readonly failure: JobFailure
  /** Its failure came through the header of a chord. */
  readonly inHeader?: boolean
}

/** Looks for what failed before a node. */
class Upstream {
  readonly #before = new Map<number, NodeRecord[]>()

  constructor(nodes: readonly NodeRecord[]) {
    for (const node of nodes) for (const target of targetsOf(node)) this.#note(target, node)
  }

  failureBefore(index: number): FailedBefore | undefined {
    const seen = new Set<number>()
    const open: Step[] = [{ index, inHeader: false }]
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      const nodes = (this.#before.get(at.index) ?? []).filter((node) => !seen.has(node.index))
      const { inHeader } = at
      const failed = nodes.find(isFailed)
      if (failed !== undefined)
        return { index: failed.index, task: failed.node.task, failure: failed.failure ?? UNKNOWN, inHeader }
      for (const node of nodes) seen.add(node.index)
      for (const { index: before, node } of nodes.filter(passesFailures))
        open.push({ index: before, inHeader: inHeader || node.kind === 'join' })
    }
    return undefined
  }

  #note(target: string, node: NodeRecord): void {
    const to = Number.parseInt(target, 10)
    if (Number.isNaN(to)) return
    const before = this.#before.get(to)
    if (before === undefined) this.#before.set(to, [node])
    else before.push(node)
  }
}

interface Step {
  readonly index: number
  /** Whether a join lies between. */
  readonly inHeader: boolean
}

type TaskRecord = NodeRecord & { readonly node: Extract<WorkflowNode, { task: string }> }

const isFailed = (record: NodeRecord): record is TaskRecord => 'task' in record.node && record.state === 'failed'

/** Whether what failed before it keeps it from going on. */
const passesFailures = ({ node, state, gate }: NodeRecord): boolean =>
  node.kind === 'join' ? !node.allowFailures && gate !== 'done' : state !== 'done'

const targetsOf = ({ node }: NodeRecord): readonly string[] => {
  if (node.kind === 'fork') return node.targets
  return node.kind === 'guard' ? [] : [node.next]
}

function whyNot(workflow: string, { index, task, failure, inHeader = false }: FailedBefore): JobFailure {
  const id = partId(workflow, index)
  if (inHeader) return chordFailure(id, task, failure)
  return {
    name: 'TaskqError',
    code: 'TASKQ_WORKFLOW_UPSTREAM',
    message: `will not run: ${task} (${id}) before it failed: ${failure.name}: ${failure.message}`,
    cause: failure,
  }
}

const UNKNOWN: JobFailure = { name: 'Error', message: 'no reason was stored' }
const NEVER: JobFailure = {
  name: 'TaskqError',
  code: 'TASKQ_WORKFLOW_UPSTREAM',
  message: 'will not run: its workflow is over',
}

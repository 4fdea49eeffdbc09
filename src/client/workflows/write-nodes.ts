import { setImmediate } from 'node:timers/promises'
import type { PlannedNode, Target, WorkflowPlan } from '../../canvas/workflow-plan.js'
import type { NewNode } from '../../engine/workflows/workflow-record.js'
import { checkArgs } from '../../task/schema.js'
import { checkCall, checkTimeLimits } from '../check-call.js'
import type { KnownTask } from '../destination.js'
import { encodeDraft, type PartDraft } from './part-draft.js'
import { readPartOptions } from './part-options.js'
import type { WorkflowCall } from './workflow-call.js'
import type { WorkflowSite } from './workflow-site.js'

/** Nodes that are written before others get their turn. */
const AT_ONCE = 200

/** What the nodes of one workflow share. */
export interface WrittenFor {
  readonly id: string
  readonly call: WorkflowCall
  readonly lineage: PartDraft['lineage']
  readonly nowMs: number
}

/**
 * Writes a plan's nodes for its record, each call checked as far as it is known by now.
 *
 * @throws TaskqError what enqueueing any of the parts would throw, and `TASKQ_WORKFLOW_INVALID`
 */
export async function writeNodes(plan: WorkflowPlan, written: WrittenFor, site: WorkflowSite): Promise<NewNode[]> {
  const tasks = new Map<string, KnownTask>()
  const begins = beginning(plan)
  const nodes: NewNode[] = []
  for (const [index, planned] of plan.nodes.entries()) {
    if (index % AT_ONCE === AT_ONCE - 1) await setImmediate()
    const { call } = planned
    if (call !== undefined && !tasks.has(call.task)) tasks.set(call.task, await site.known(call.task))
    const known = call && (tasks.get(call.task) as KnownTask)
    const text = known && writeCall(planned, { ...written, known, begins: begins.has(planned.index) }, site)
    const { index: number, node } = planned
    nodes.push({ index: number, node, ...(text !== undefined && { call: await text }) })
  }
  return nodes
}

interface WrittenNode extends WrittenFor {
  readonly known: KnownTask
  /** It begins the workflow. */
  readonly begins: boolean
}

function writeCall(
  { index, call: data }: PlannedNode,
  { id, call, lineage, nowMs, known, begins }: WrittenNode,
  site: WorkflowSite,
): string | Promise<string> | undefined {
  if (data === undefined) return undefined
  const { task, args, immutable, each } = data
  const { options, expiresAt } = readPartOptions(task, data.options, call, nowMs)
  const readyAt = begins ? call.readyAt : undefined
  const draft = { args, immutable, ...(each && { each }), options, readyAt, expiresAt, lineage }
  const part = { workflow: id, node: index, task }
  const text = encodeDraft(part, draft, site.codec, site.config.payload, known.definition?.codec)
  const checking = begins || immutable ? checkComplete(draft, { task, known, nowMs }, site) : undefined
  return checking === undefined ? text : checking.then(() => text)
}

/** Checks a call whose arguments are all there as an enqueue would; a middleware may still change it, so then it is later. */
function checkComplete(
  { args, options, each }: PartDraft,
  { task, known, nowMs }: { task: string; known: KnownTask; nowMs: number },
  site: WorkflowSite,
): Promise<void> | undefined {
  if (site.config.middleware.some(({ enqueue }) => enqueue !== undefined)) return undefined
  const call = checkCall(task, args, options, nowMs)
  checkTimeLimits(task, call, known.definition)
  if (call.queue !== undefined) site.destination({ task, args, options }, known, call.queue)
  const coded = each === undefined ? site.coded(task) : undefined
  return coded && checkArgs(coded, args)
}

/** The numbers of the nodes that begin a workflow: no result comes before them. */
function beginning({ nodes, start }: WorkflowPlan): ReadonlySet<number> {
  const byIndex = new Map(nodes.map((planned) => [String(planned.index), planned]))
  const found = new Set<number>()
  const open: Target[] = [...start]
  for (let target = open.pop(); target !== undefined; target = open.pop()) {
    const planned = byIndex.get(target)
    if (planned === undefined || found.has(planned.index)) continue
    found.add(planned.index)
    const { node } = planned
    if (node.kind === 'fork') for (const one of node.targets) open.push(one)
    if (node.kind === 'pass') open.push(node.next)
  }
  return found
}

import { setImmediate } from 'node:timers/promises'
import type { TaskData } from '../../canvas/canvas-data.js'
import type { Target, WorkflowPlan } from '../../canvas/workflow-plan.js'
import type { NewNode } from '../../engine/workflows/workflow-record.js'
import { checkArgs } from '../../task/schema.js'
import { parseDuration } from '../../time/duration.js'
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

/** A call that is written and needs not be read again by whoever wrote it. */
export interface BegunCall {
  readonly task: string
  readonly draft: PartDraft
}

/** A plan's nodes as they are written, and by their numbers the calls of those that begin it. */
export interface WrittenNodes {
  readonly nodes: readonly NewNode[]
  readonly begun: ReadonlyMap<number, BegunCall>
  /** The longest time that one of its results is kept, of those that have one of their own; else 0. */
  readonly longestTtlMs: number
}

/**
 * Writes a plan's nodes for its record, each call checked as far as it is known by now.
 *
 * @throws TaskqError what enqueueing any of the parts would throw, and `TASKQ_WORKFLOW_INVALID`
 */
export async function writeNodes(plan: WorkflowPlan, written: WrittenFor, site: WorkflowSite): Promise<WrittenNodes> {
  const tasks = new Map<string, KnownTask>()
  const begins = beginning(plan)
  const nodes: NewNode[] = []
  const begun = new Map<number, BegunCall>()
  let longestTtlMs = 0
  for (const [at, planned] of plan.nodes.entries()) {
    if (at % AT_ONCE === AT_ONCE - 1) await setImmediate()
    const { index, node, call } = planned
    if (call === undefined) {
      nodes.push({ index, node })
      continue
    }
    const { task } = call
    const known = tasks.get(task) ?? (await site.known(task))
    tasks.set(task, known)
    const { draft, text, checking } = writeCall(index, call, { ...written, known, begins: begins.has(index) }, site)
    if (checking !== undefined) await checking
    longestTtlMs = Math.max(longestTtlMs, ownTtlMs(draft, known))
    nodes.push({ index, node, call: text })
    if (begins.has(index)) begun.set(index, { task, draft })
  }
  return { nodes, begun, longestTtlMs }
}

interface WrittenNode extends WrittenFor {
  readonly known: KnownTask
  /** It begins the workflow. */
  readonly begins: boolean
}

interface WrittenCall {
  readonly draft: PartDraft
  readonly text: string
  readonly checking: Promise<void> | undefined
}

function writeCall(
  index: number,
  { task, args, immutable, each, options: given }: TaskData,
  { id, call, lineage, nowMs, known, begins }: WrittenNode,
  site: WorkflowSite,
): WrittenCall {
  const { options, expiresAt } = readPartOptions(task, given, call, nowMs)
  const readyAt = begins ? call.readyAt : undefined
  const draft = { args, immutable, ...(each && { each }), options, readyAt, expiresAt, lineage }
  const part = { workflow: id, node: index, task }
  const text = encodeDraft(part, draft, site.codec, site.config.payload, known.definition?.codec)
  const checking = begins || immutable ? checkComplete(draft, { task, known, nowMs }, site) : undefined
  return { draft, text, checking }
}

/** How long its result is kept, where it or its task says so; else 0. */
function ownTtlMs({ options: { resultTtl } }: PartDraft, { definition, facts }: KnownTask): number {
  const own = resultTtl === undefined ? (definition ?? facts)?.resultTtlMs : parseDuration(resultTtl)
  return own ?? 0
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

import type { CanvasData } from '../../canvas/canvas-data.js'
import { compile } from '../../canvas/compile/compile.js'
import { MOST_PARTS } from '../../canvas/compile/plan-builder.js'
import type { WorkflowPlan } from '../../canvas/workflow-plan.js'
import type { MemberPlace } from '../../engine/workflows/extend-workflow.js'
import { TaskqError } from '../../errors/taskq-error.js'
import { partId, partOf, type WorkflowPart } from '../../task/names.js'
import type { RunOrigin } from '../../task/run-origin.js'
import { makeReadyJobs } from './make-jobs.js'
import { lineageOf } from './part-draft.js'
import { shiftPlan, withMember } from './shift-plan.js'
import { tryPatiently } from './try-patiently.js'
import { readWorkflowOptions } from './workflow-call.js'
import type { WorkflowSite } from './workflow-site.js'
import { writeNodes } from './write-nodes.js'

/**
 * Adds a member to the group that a run's job is in. When the run is made again, it is the same member.
 *
 * @returns the id of the job that the member ends with; the workflow's, where that is none
 */
export function addMember(canvas: CanvasData, run: RunOrigin, site: WorkflowSite): Promise<string> {
  return tryPatiently(() => addOnce(canvas, run, site))
}

async function addOnce(canvas: CanvasData, run: RunOrigin, site: WorkflowSite): Promise<string> {
  const part = partOf(run.job)
  if (part === undefined) throw noGroup(run)
  const plan = compile(canvas)
  for (;;) {
    const place = await site.engine.workflows.placeBeside(part.workflow, part.node, markOf(part, run))
    if (place === undefined) throw noGroup(run)
    const last = typeof place === 'number' ? place : await addAt(place, plan, { part, run }, site)
    // Another member was added meanwhile.
    if (last !== undefined) return last === NO_JOB ? part.workflow : partId(part.workflow, last)
  }
}

/** A group ends with no job of its own. Node 0 is none that is added. */
const NO_JOB = 0

const markOf = ({ node }: WorkflowPart, { mark }: RunOrigin): string => `${node}~${mark}`

async function addAt(
  place: MemberPlace,
  plan: WorkflowPlan,
  { part, run }: { readonly part: WorkflowPart; readonly run: RunOrigin },
  site: WorkflowSite,
): Promise<number | undefined> {
  const { workflow: id } = part
  const record = await site.engine.workflows.record(id)
  if (record === undefined) throw over(run)
  refuseTooMany(record.total + plan.total)
  const { nodes, start, shape } = shiftPlan(plan, { base: place.base, end: `${place.join}.${place.slot}` as const })
  const nowMs = site.engine.clock.now()
  const [call, lineage] = [readWorkflowOptions({}, nowMs), lineageOf(site)]
  const written = await writeNodes({ ...plan, nodes, start }, { id, call, lineage, nowMs }, site)
  const added = await site.engine.workflows.extend(id, {
    mark: markOf(part, run),
    place,
    nodes: written.nodes,
    start,
    last: lastJob(plan, place.base),
    shape: withMember(record.shape, place.join, shape),
    total: record.total + plan.total,
  })
  if (added.kind === 'over') throw over(run)
  if (added.kind === 'changed') return undefined
  // It is there, and goes on whatever becomes of this process.
  if (added.move !== undefined) await makeReadyJobs(added.move, site).catch((error: Error) => site.warn(error.message))
  return added.last
}

/** The job that a plan ends with: of a chord its body, of a chain the last. */
function lastJob({ nodes }: WorkflowPlan, base: number): number {
  const ends = new Set(['e', ...nodes.flatMap(({ index, node }) => (isLastFork(node) ? `${index}` : []))])
  const last = nodes.find(({ node }) => node.kind === 'task' && ends.has(node.next))
  return last === undefined ? NO_JOB : last.index + base
}

const isLastFork = (node: WorkflowPlan['nodes'][number]['node']): boolean =>
  node.kind === 'fork' && node.targets.includes('e')

function refuseTooMany(total: number): void {
  if (total <= MOST_PARTS) return
  throw new TaskqError(
    'TASKQ_WORKFLOW_TOO_LARGE',
    `a workflow has at most ${MOST_PARTS} jobs; with it there are more`,
    {
      hint: 'this.spawn starts a workflow of its own.',
    },
  )
}

const noGroup = ({ job }: RunOrigin): TaskqError =>
  new TaskqError('TASKQ_WORKFLOW_INVALID', `${job} is in no group: it cannot add a member to one`, {
    hint: 'Only members of a group or of a chord can; this.spawn starts a workflow of its own.',
  })

const over = ({ job }: RunOrigin): TaskqError =>
  new TaskqError('TASKQ_WORKFLOW_INVALID', `the group of ${job} waits for nobody any more`, {
    hint: 'It was revoked, or has its results: a member can be added only while the members run.',
  })

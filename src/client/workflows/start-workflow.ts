import type { CanvasData } from '../../canvas/canvas-data.js'
import { compile } from '../../canvas/compile/compile.js'
import { describeCanvas } from '../../canvas/describe-canvas.js'
import type { NewWorkflow } from '../../engine/workflows/workflow-record.js'
import type { RunOrigin } from '../../task/run-origin.js'
import type { WorkflowOptions } from '../../task/workflow-options.js'
import { makeReadyJobs } from './make-jobs.js'
import { lineageOf } from './part-draft.js'
import { readWorkflowOptions, type WorkflowCall } from './workflow-call.js'
import { findIdInRun, newWorkflowId } from './workflow-id.js'
import type { WorkflowSite } from './workflow-site.js'
import { writeNodes } from './write-nodes.js'

/** A workflow that is there: made by this call, or before it. */
export interface StartedWorkflow {
  readonly id: string
  readonly isNew: boolean
}

/** Makes a workflow, all of it or nothing, and the jobs that it begins with. */
export async function startWorkflow(
  canvas: CanvasData,
  options: WorkflowOptions,
  site: WorkflowSite,
): Promise<StartedWorkflow> {
  const call = readWorkflowOptions(options, Date.now())
  return create(newWorkflowId(call.taskId), canvas, { call }, site)
}

/** The same for a run: when it runs again it finds what it made, unless that failed. */
export async function startFromRun(canvas: CanvasData, run: RunOrigin, site: WorkflowSite): Promise<StartedWorkflow> {
  const { id, isThere } = await findIdInRun(run, (one) => site.engine.workflows.summary(one))
  if (isThere) return { id, isNew: false }
  const call = readWorkflowOptions({}, Date.now())
  const owner = run.owns ? { owner: { id: run.job, lane: run.lane } } : {}
  return create(id, canvas, { call, spawned: true, ...owner }, site)
}

async function create(
  id: string,
  canvas: CanvasData,
  { call, owner, spawned }: { call: WorkflowCall } & Pick<NewWorkflow, 'owner' | 'spawned'>,
  site: WorkflowSite,
): Promise<StartedWorkflow> {
  const { engine, config, warn } = site
  const lineage = lineageOf(site)
  const plan = compile(canvas)
  const { nodes, begun } = await writeNodes(plan, { id, call, lineage, nowMs: Date.now() }, site)
  const { parent, root } = lineage
  const workflow = {
    id,
    name: call.name ?? describeCanvas(canvas),
    nodes,
    start: plan.start,
    shape: plan.shape,
    total: plan.total,
    keepMs: config.results.ttlMs,
    failKeepMs: config.deadLetters.ttlMs,
    ...(parent !== undefined && { parent }),
    ...(root !== undefined && { root }),
    ...(owner && { owner }),
    ...(spawned && { spawned }),
  }
  const { isNew, move } = await engine.workflows.create(workflow, { keepsCalls: true })
  // It is there, and goes on whatever becomes of this process.
  await makeReadyJobs(move, site, { begun, nodes: nodes.length }).catch((error: Error) =>
    warn(`the first jobs of the workflow ${id} are not added yet: ${error.message}`),
  )
  return { id, isNew }
}

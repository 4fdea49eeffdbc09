import type { CanvasData } from '../../canvas/canvas-data.js'
import { compile } from '../../canvas/compile/compile.js'
import { describeCanvas } from '../../canvas/describe-canvas.js'
import type { Engine } from '../../engine/engine.js'
import { notSent } from '../../engine/workflows/create-workflow.js'
import type { NewNode, NewWorkflow } from '../../engine/workflows/workflow-record.js'
import { partId } from '../../task/names.js'
import type { RunOrigin } from '../../task/run-origin.js'
import type { WorkflowOptions } from '../../task/workflow-options.js'
import { saysWhen } from '../call-time.js'
import { makeReadyJobs } from './make-jobs.js'
import { lineageOf } from './part-draft.js'
import { tryPatiently } from './try-patiently.js'
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
  const { clock } = site.engine
  if (saysWhen(options))
    await clock.refresh()?.catch((error) => {
      throw notSent(error)
    })
  const call = readWorkflowOptions(options, clock.now())
  return create(newWorkflowId(call.taskId), canvas, { call }, site)
}

/** The same for a run: when it runs again it finds what it made, unless that failed. So it is tried again here, too. */
export function startFromRun(canvas: CanvasData, run: RunOrigin, site: WorkflowSite): Promise<StartedWorkflow> {
  return tryPatiently(() => startOnce(canvas, run, site))
}

async function startOnce(canvas: CanvasData, run: RunOrigin, site: WorkflowSite): Promise<StartedWorkflow> {
  const { id, isThere } = await findIdInRun(run, (one) => site.engine.workflows.summary(one))
  if (isThere) return { id, isNew: false }
  const call = readWorkflowOptions({}, site.engine.clock.now())
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
  const { nodes, begun, longestTtlMs } = await writeNodes(plan, { id, call, lineage, nowMs: engine.clock.now() }, site)
  if (call.taskId !== undefined) await clearWay(id, nodes, engine)
  const { parent, root } = lineage
  // As long as any of its jobs, at least.
  const keepMs = Math.max(config.results.ttlMs, longestTtlMs)
  const workflow = {
    id,
    name: call.name ?? describeCanvas(canvas),
    nodes,
    start: plan.start,
    shape: plan.shape,
    total: plan.total,
    keepMs,
    failKeepMs: Math.max(config.deadLetters.ttlMs, keepMs),
    ...(parent !== undefined && { parent }),
    ...(root !== undefined && { root }),
    ...(owner && { owner }),
    ...(spawned && { spawned }),
  }
  const { isNew, move } = await engine.workflows.create(workflow, { keepsCalls: true })
  // It is there, and goes on whatever becomes of this process.
  await makeReadyJobs(move, site, { kept: { begun, nodes: nodes.length } }).catch((error: Error) =>
    warn(`the first jobs of the workflow ${id} are not added yet: ${error.message}`),
  )
  return { id, isNew }
}

/** Jobs of an earlier workflow by this id may be there still. They would be taken for those of this one. */
async function clearWay(id: string, nodes: readonly NewNode[], engine: Engine): Promise<void> {
  try {
    if ((await engine.workflows.summary(id)) !== undefined) return
    const { removeEndedParts } = await import('../../engine/workflows/remove-ended-parts.js')
    const parts = nodes.filter(({ call }) => call !== undefined).map(({ index }) => partId(id, index))
    await removeEndedParts(engine, parts)
  } catch (error) {
    throw notSent(error)
  }
}

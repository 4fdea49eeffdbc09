import type { CanvasData } from '../canvas-data.js'
import type { WorkflowPlan } from '../workflow-plan.js'
import { compilePart } from './compile-part.js'
import { END, PlanBuilder, targetOf } from './plan-builder.js'

/**
 * Makes a canvas the flat list of nodes that a workflow's record holds.
 *
 * @throws TaskqError `TASKQ_WORKFLOW_TOO_LARGE`, `TASKQ_WORKFLOW_INVALID`
 */
export function compile(canvas: CanvasData): WorkflowPlan {
  const plan = new PlanBuilder()
  const { begins, shape } = compilePart(plan, canvas, { next: END, up: END, isCounted: true, depth: 0 })
  return { nodes: plan.nodes(), start: begins.map(targetOf), shape, total: plan.total }
}

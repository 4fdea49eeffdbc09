import { treeLines } from '../../canvas/draw-tree.js'
import type { Engine } from '../../engine/engine.js'
import { readTree } from '../../engine/workflows/read-tree.js'
import { rootJobOf } from '../../engine/workflows/root-job.js'
import type { WorkflowCounts, WorkflowSummary } from '../../engine/workflows/workflow-record.js'
import { errorLine } from '../jobs-preview.js'
import type { WorkflowDetail, WorkflowPage, WorkflowRow } from './workflow-view.js'

/** How many parts of a workflow are drawn: of large groups the first, with how the others stand. */
const DRAWN = 200

/** Reads the workflows that were made last, newest first. Throws `TASKQ_BROKER_UNREACHABLE`. */
export async function readWorkflows(engine: Engine, limit: number): Promise<WorkflowPage> {
  const { workflows, total } = await engine.workflows.newest(0, limit)
  return { rows: workflows.map(toRow), total }
}

/** Reads all of one workflow; undefined where there is none. Throws `TASKQ_BROKER_UNREACHABLE`. */
export async function readWorkflow(engine: Engine, id: string): Promise<WorkflowDetail | undefined> {
  const [summary, tree] = await Promise.all([engine.workflows.summary(id), readTree(engine, id, { most: DRAWN })])
  if (summary === undefined || tree === undefined) return undefined
  const { parent } = summary
  return { ...toRow(summary), ...(parent !== undefined && { parent }), lines: treeLines(tree) }
}

/** What `taskq status` tells of workflows. */
export interface WorkflowsStatus {
  readonly counts: WorkflowCounts
  /** The newest. */
  readonly newest: readonly WorkflowRow[]
}

/** Reads how many workflows stand how, and the newest. Where there are none it is one question. */
export async function readWorkflowsStatus(engine: Engine, newest: number): Promise<WorkflowsStatus> {
  const { rows, total } = await readWorkflows(engine, newest)
  const counts = total === 0 ? NONE : await engine.workflows.counts()
  return { counts, newest: rows }
}

const NONE: WorkflowCounts = { running: 0, succeeded: 0, failed: 0, revoked: 0, total: 0 }

/** A workflow as lists show it. */
export function toRow(summary: WorkflowSummary): WorkflowRow {
  const { id, name, state, done, failed, total, createdAt, finishedAt, reason, cause } = summary
  return {
    ...{ id, name, state, done, failed, total, createdAt },
    ...(finishedAt !== undefined && { finishedAt }),
    ...(cause !== undefined && {
      cause: { ...rootJobOf(id, cause), error: errorLine(cause.failure) },
    }),
    ...(reason !== undefined && { reason }),
  }
}

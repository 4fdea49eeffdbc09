import type { WorkflowSummary } from '../../engine/workflows/workflow-record.js'
import type { WorkflowProgress } from '../../task/workflow-result.js'
import { isoTime } from '../job-report.js'
import { toRow } from './read-workflows.js'
import type { WorkflowState } from './workflow-view.js'

/** How a workflow stands. Times are ISO 8601; JSON only. */
export interface WorkflowReport {
  readonly id: string
  readonly name: string
  readonly state: WorkflowState
  readonly jobs: WorkflowProgress
  readonly createdAt: string
  readonly finishedAt?: string
  /** The job whose run made it. */
  readonly parent?: string
  /** The job that made it fail. */
  readonly cause?: { readonly id: string; readonly task: string }
}

/** Tells of a workflow, without what it came to. */
export function describeWorkflow(summary: WorkflowSummary): WorkflowReport {
  const { id, name, state, done, failed, total, createdAt, finishedAt, cause } = toRow(summary)
  const { parent } = summary
  return {
    ...{ id, name, state, jobs: { done, failed, total }, createdAt: isoTime(createdAt) },
    ...(finishedAt !== undefined && { finishedAt: isoTime(finishedAt) }),
    ...(parent !== undefined && { parent }),
    ...(cause !== undefined && { cause: { id: cause.id, task: cause.task } }),
  }
}

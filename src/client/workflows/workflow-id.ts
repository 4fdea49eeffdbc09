import { createHash } from 'node:crypto'
import type { WorkflowSummary } from '../../engine/workflows/workflow-record.js'
import { NAMED, WORKFLOW_PREFIX } from '../../task/names.js'
import type { RunOrigin } from '../../task/run-origin.js'
import { newJobId } from '../job-id.js'

/** A new workflow's id: its caller's, or one that nobody has. */
export const newWorkflowId = (taskId: string | undefined): string =>
  `${WORKFLOW_PREFIX}${taskId === undefined ? newJobId() : `${NAMED}${taskId}`}`

/** Half of a hash is more than enough: it tells the workflows of one app apart. */
const HASH_CHARS = 22

/**
 * The id of a workflow that a run makes: the same in each run of its job. One that failed is made anew, and its jobs are
 * still there under their ids: the next generation has another.
 */
function idInRun({ job, mark }: RunOrigin, generation: number): string {
  const text = generation === 0 ? `${job}~${mark}` : `${job}~${mark}~${generation}`
  return WORKFLOW_PREFIX + createHash('sha256').update(text).digest('base64url').slice(0, HASH_CHARS)
}

/** The id under which a run's workflow is, or is to be made: that of the first generation that has not failed. */
export async function findIdInRun(
  run: RunOrigin,
  summary: (id: string) => Promise<WorkflowSummary | undefined>,
): Promise<{ readonly id: string; readonly isThere: boolean }> {
  for (let generation = 0; ; generation++) {
    const id = idInRun(run, generation)
    const state = (await summary(id))?.state
    if (state === undefined || state === 'running' || state === 'succeeded') return { id, isThere: state !== undefined }
  }
}

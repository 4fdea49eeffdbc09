import type { Engine } from '../../engine/engine.js'
import type { ProgressSource } from '../../engine/jobs/follow-progress.js'
import { tellWatched } from '../../engine/workflows/tell-watched.js'
import { WORKFLOW_EVENTS, type WorkflowSummary } from '../../engine/workflows/workflow-record.js'
import type { WorkflowProgress } from '../../task/workflow-result.js'

/** How far a workflow is. */
export const progressOf = ({ done, failed, total }: WorkflowSummary): WorkflowProgress => ({ done, failed, total })

/** Lets a workflow be followed as a job is: its counts are its progress. */
export function progressSource({ workflows, finish }: Engine): ProgressSource {
  const watched = tellWatched(workflows)
  const find: ProgressSource['jobs']['find'] = async (id) => {
    await watched(id)
    const summary = await workflows.summary(id)
    if (summary === undefined) return undefined
    const standing = { succeeded: summary.state === 'succeeded', failed: isLost(summary) }
    return { lane: WORKFLOW_EVENTS, standing, progress: progressOf(summary) }
  }
  return { jobs: { find }, finish }
}

const isLost = ({ state }: WorkflowSummary): boolean => state === 'failed' || state === 'revoked'

import { isoTime } from '../../control/job-report.js'
import type { WorkflowsStatus } from '../../control/workflows/read-workflows.js'
import type { WorkflowRow } from '../../control/workflows/workflow-view.js'
import { tellDistance } from './schedule-time.js'
import { presentTable } from './table.js'

/** How many workflows stand how, and the newest; nothing where there are none. */
export function presentWorkflowsStatus({ counts, newest }: WorkflowsStatus, nowMs: number): readonly string[] {
  if (newest.length === 0) return []
  const rows = newest.map((row) => [
    row.name,
    row.state,
    `${row.done}/${row.total}`,
    row.failed,
    tellDistance(row.createdAt, nowMs),
    row.id,
  ])
  return ['', tellCounts(counts), presentTable(['workflow', 'state', 'jobs', 'failed', 'made', 'id'], rows)]
}

function tellCounts({ total, ...counts }: WorkflowsStatus['counts']): string {
  const looked = Object.values(counts).reduce((sum, each) => sum + each, 0)
  const stand = Object.entries(counts).flatMap(([state, count]) => (count === 0 ? [] : [`${tell(count)} ${state}`]))
  return `workflows  ${stand.join(', ')}${looked < total ? `, of the newest ${tell(looked)} of ${tell(total)}` : ''}`
}

const tell = (count: number): string => count.toLocaleString('en')

/** What `--json` prints of a workflow. */
export const workflowJson = ({ createdAt, finishedAt, ...row }: WorkflowRow) => ({
  ...row,
  createdAt: isoTime(createdAt),
  ...(finishedAt !== undefined && { finishedAt: isoTime(finishedAt) }),
})

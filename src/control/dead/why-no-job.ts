import type { Engine } from '../../engine/engine.js'
import { rootJobOf } from '../../engine/workflows/root-job.js'
import { isWorkflowId, partOf } from '../../task/names.js'

/** Why there is no job of an id: it is a workflow's, or that of a part which never became one. */
export async function whyNoJob({ workflows }: Pick<Engine, 'workflows'>, id: string): Promise<string> {
  if (isWorkflowId(id)) return OF_WORKFLOW
  const part = partOf(id)
  const summary = part && (await workflows.summary(part.workflow))
  if (summary === undefined) return NO_JOB
  const { cause } = summary
  return cause === undefined
    ? 'there is no job of this part of a workflow'
    : `there is no job of it: what made its workflow fail is ${rootJobOf(summary.id, cause).id}`
}

const NO_JOB = 'there is no such job'
const OF_WORKFLOW = 'it is a workflow, and no job: name one of its jobs'

import { partId } from '../../task/names.js'
import type { FailedNode } from './workflow-record.js'

/** The job that really failed: of a node that ended as a workflow did, one of that workflow's. */
export function rootJobOf(workflow: string, { node, task, failure }: FailedNode): { id: string; task: string } {
  const { id, task: name } = failure.from ?? {}
  return typeof id === 'string' && typeof name === 'string' ? { id, task: name } : { id: partId(workflow, node), task }
}

import type { ShownWorkflow } from '../../app/show-workflow.js'
import { safeLines, safeText } from '../../codec/safe-text.js'
import { presentFailure } from './error.js'
import { presentTree } from './workflow-tree.js'

/** A workflow for people: its facts, one a line, then its result or why it failed, then its tree. */
export function presentWorkflow({ workflow, tree }: ShownWorkflow): string {
  const { id, name, state, jobs, parent, createdAt, finishedAt, cause, error } = workflow
  const failed = jobs.failed === 0 ? '' : `, ${jobs.failed} failed`
  const facts: [string, string | undefined][] = [
    ['workflow', id],
    ['name', name],
    ['state', state],
    ['jobs', `${jobs.done} of ${jobs.total} succeeded${failed}`],
    ['made by', parent],
    ['made', createdAt],
    ['ended', finishedAt],
    ['failed at', cause && `${cause.task} ${cause.id}`],
  ]
  const lines = facts.flatMap(([title, text]) => (text === undefined ? [] : [`${title.padEnd(9)} ${safeText(text)}`]))
  if ('result' in workflow) lines.push(`result    ${safeLines(JSON.stringify(workflow.result, null, 2))}`)
  if (error !== undefined) lines.push('error', ...presentFailure(error))
  if (tree !== undefined) lines.push(...presentTree(tree))
  return lines.join('\n')
}

/** What `--json` prints. */
export const workflowResultJson = ({ workflow, tree }: ShownWorkflow) => ({
  ...workflow,
  ...(tree !== undefined && { tree }),
})

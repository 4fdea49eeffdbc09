import type { ShownResult } from '../../app/show-result.js'
import { safeLines, safeText } from '../../codec/safe-text.js'
import { formatDuration } from '../../time/duration.js'
import { presentFailure } from './error.js'
import { presentTree } from './workflow-tree.js'

/** A job for people: its facts, one a line, then its result or its failure, then its log. */
export function presentResult({ job, logs, tree }: ShownResult): string {
  const facts: [string, string | undefined][] = [
    ['job', job.id],
    ['task', job.task],
    ['workflow', job.workflow],
    ['queue', job.queue],
    ['state', job.state],
    ['same as', job.sameAs],
    ['put aside', job.waitsFor === undefined ? job.putAside : undefined],
    ['waits for', job.waitsFor],
    ['attempts', job.attempts === undefined ? undefined : String(job.attempts)],
    ['progress', job.progress === undefined ? undefined : JSON.stringify(job.progress)],
    ['enqueued', job.enqueuedAt],
    ['started', job.startedAt],
    ['finished', finishedText(job)],
  ]
  const lines = facts.flatMap(([name, value]) => (value === undefined ? [] : [`${name.padEnd(9)} ${safeText(value)}`]))
  if ('result' in job) lines.push(`result    ${safeLines(JSON.stringify(job.result, null, 2))}`)
  if (job.error !== undefined) lines.push('error', ...presentFailure(job.error))
  if (logs !== undefined) lines.push('log', ...(logs.length === 0 ? ['  nothing'] : logs.map((line) => `  ${line}`)))
  if (tree !== undefined) lines.push(...presentTree(tree))
  return lines.join('\n')
}

/** What `--json` prints. */
export const resultJson = ({ job, logs, tree }: ShownResult) => ({
  ...job,
  ...(logs !== undefined && { logs }),
  ...(tree !== undefined && { tree }),
})

function finishedText({ startedAt, finishedAt }: ShownResult['job']): string | undefined {
  if (finishedAt === undefined || startedAt === undefined) return finishedAt
  return `${finishedAt} (ran ${formatDuration(Date.parse(finishedAt) - Date.parse(startedAt))})`
}

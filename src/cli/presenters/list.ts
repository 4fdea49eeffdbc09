import { relative } from 'node:path'
import type { ListedTask } from '../../app/list-tasks.js'
import { safeText } from '../../codec/safe-text.js'
import type { DiscoveryFailure } from '../../discovery/discovery-failure.js'
import { presentTable } from './table.js'

/** The tasks, one a line. */
export function presentTasks(tasks: readonly ListedTask[], patterns: readonly string[]): string {
  if (tasks.length === 0) return `No tasks were found in ${safeText(patterns.join(', '))}.`
  const rows = tasks.map(({ name, queue, retries, rateLimit, file, line }) => [
    name,
    queue,
    retries,
    rateLimit ?? '-',
    line === undefined ? file : `${file}:${line}`,
  ])
  return presentTable(['task', 'queue', 'retries', 'rate limit', 'defined in'], rows)
}

/** Files that cannot be used: where, why, and what to do. */
export function presentFailures(failures: readonly DiscoveryFailure[], root: string): string {
  return failures
    .flatMap(({ file, line, code, message, hint }) => [
      `  ${safeText(placeOf(file, line, root))} ${code}`,
      `    ${safeText(message)}`,
      ...(hint === undefined ? [] : [`    ${safeText(hint)}`]),
    ])
    .join('\n')
}

/** `src/tasks/a.ts:3` */
function placeOf(file: string, line: number | undefined, root: string): string {
  const path = relative(root, file) || file
  return line === undefined ? path : `${path}:${line}`
}

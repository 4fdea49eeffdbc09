import type { CheckedProject } from './checked-project.js'
import { type Finding, warningAt } from './finding.js'

/** Tasks that say which errors are retried, and never how often: none is. */
export function checkRetries({ tasks }: CheckedProject): Finding[] {
  return tasks.flatMap(({ name, given }) => {
    const rule = (['retryOn', 'dontRetryOn'] as const).find((key) => given[key] !== undefined)
    if (rule === undefined || given.retries !== undefined) return []
    const fix = 'Give it retries, or leave it to the calls that give some: retries: 0.'
    return [warningAt(`task ${name}`, `${rule} has no effect: it has no retries, which are 0 unless given`, fix)]
  })
}

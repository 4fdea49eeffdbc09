import type { PurgeReport } from '../../control/purge.js'
import { presentTable } from './table.js'

/** How many went, by queue. */
export function presentPurge({ dryRun, purged, queues }: PurgeReport): string {
  const rows = queues.filter((one) => one.purged > 0).map((one) => [one.queue, one.purged])
  const table = rows.length === 0 ? [] : [presentTable(['queue', dryRun ? 'would go' : 'purged'], rows)]
  return [...table, `${count(purged)} ${dryRun ? 'would go' : purged === 1 ? 'was purged' : 'were purged'}.`].join('\n')
}

/** Says how many they are, and where. */
export function purgeQuestion({ purged, queues }: PurgeReport): string {
  const named = queues.filter((one) => one.purged > 0).map(({ queue }) => queue)
  const shown = named.slice(0, MOST_NAMED).join(', ')
  const more = named.length - MOST_NAMED
  return `Throw away ${count(purged)} of ${shown}${more > 0 ? ` and ${more} more queues` : ''}?`
}

const MOST_NAMED = 5

const count = (jobs: number): string => (jobs === 1 ? '1 job' : `${jobs.toLocaleString('en')} jobs`)

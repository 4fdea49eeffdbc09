import { safeText } from '../../codec/safe-text.js'
import { type Backfill, DRY_RUN } from '../../control/schedules-backfill.js'
import { tellClock } from './schedule-time.js'
import { presentTable } from './table.js'

/** The slots of a backfill, one a line, and how many there were. */
export function presentBackfill({ name, dryRun, slots }: Backfill): string {
  if (slots.length === 0) return `${safeText(name)} has no slot in that time.`
  const rows = slots.map(({ slot, jobId, reason }) => [tellClock(slot), jobId, reason ?? 'enqueued'])
  const count = slots.filter(({ enqueued, reason }) => enqueued || reason === DRY_RUN).length
  const left = slots.length - count
  const done = `${dryRun ? 'Would enqueue' : 'Enqueued'} ${count} of ${slots.length} ${slots.length === 1 ? 'slot' : 'slots'}`
  return `${presentTable(['slot (UTC)', 'job', ''], rows)}\n\n${done}${left === 0 ? '' : `; ${left} had their job`}.`
}

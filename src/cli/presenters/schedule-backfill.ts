import { safeText } from '../../codec/safe-text.js'
import { type Backfill, DRY_RUN, LEFT_TO_BEAT } from '../../control/schedules-backfill.js'
import { tellClock } from './schedule-time.js'
import { presentTable } from './table.js'

/** The slots of a backfill, one a line, and how many there were. */
export function presentBackfill({ name, dryRun, slots }: Backfill): string {
  if (slots.length === 0) return `${safeText(name)} has no slot in that time.`
  const rows = slots.map(({ slot, jobId, reason }) => [tellClock(slot), jobId, reason ?? 'enqueued'])
  const count = slots.filter(({ enqueued, reason }) => enqueued || reason === DRY_RUN).length
  const beats = slots.filter(({ reason }) => reason === LEFT_TO_BEAT).length
  const had = slots.length - count - beats
  const done = `${dryRun ? 'Would enqueue' : 'Enqueued'} ${count} of ${slots.length} ${slots.length === 1 ? 'slot' : 'slots'}`
  const left = [
    ...(had === 0 ? [] : [`${had} had their job`]),
    ...(beats === 0 ? [] : [`${beats} ${beats === 1 ? 'is' : 'are'} left to Beat`]),
  ]
  return `${presentTable(['slot (UTC)', 'job', ''], rows)}\n\n${[done, ...left].join('; ')}.`
}

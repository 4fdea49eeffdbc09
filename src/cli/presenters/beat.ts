import { safeText } from '../../codec/safe-text.js'
import { describeSchedule } from '../../schedule/describe.js'
import type { ScheduleEntry } from '../../schedule/schedule-entry.js'
import { presentTable } from './table.js'

/** What a beat says of itself when it starts. */
export interface BeatBannerFacts {
  /** `name@host` */
  readonly name: string
  readonly version: string
  readonly broker: string
}

/** The start banner, in the worker's manner. */
export function presentBeatBanner(
  { name, version, broker }: BeatBannerFacts,
  entries: readonly ScheduleEntry[],
): string {
  return [
    '',
    `taskq ${version} · ${safeText(name)} · process ${process.pid}`,
    '',
    '[config]',
    `  broker  ${safeText(broker)}`,
    '[schedule]',
    ...(entries.length === 0 ? ['  the code has no entries; those added while running are kept'] : rowsOf(entries)),
    '',
  ].join('\n')
}

function rowsOf(entries: readonly ScheduleEntry[]): string[] {
  const rows = entries.map(({ name, task, schedule }) => [name, task, describeSchedule(schedule)])
  return presentTable(['ENTRY', 'TASK', 'WHEN'], rows)
    .split('\n')
    .map((row) => `  ${row}`)
}

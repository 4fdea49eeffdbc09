import { formatDuration } from '../time/duration.js'
import { createCrontabTimetable } from './crontab-next.js'
import { type Report, readCount, readDuration, readRecord, readWord, showWritten } from './entry-fields.js'
import type { PlainRecord } from './plain-data.js'
import type { Schedule, Timetable } from './schedule.js'
import type { MisfireRule, OverlapRule } from './schedule-entry.js'

const DAY_MS = 86_400_000
const LIMIT_RANGE = [1, 1_000_000_000] as const
const JITTER_RANGE = [0, DAY_MS] as const
/** A beat that works on time is a little late, too: with less, slots nobody missed would be skipped. */
const GRACE_RANGE = [1000, 7 * DAY_MS] as const
const MAX_RANGE = [1, 1000] as const

const OVERLAPS: readonly OverlapRule[] = ['allow', 'skip', 'queue', 'cancel']
const MISFIRES: readonly MisfireRule['run'][] = ['skip', 'last', 'all']
const DEFAULT_MISFIRE: MisfireRule = { run: 'last', max: 10, graceMs: 30_000 }

/** Reads `overlap`. */
export const readOverlap = ({ overlap }: PlainRecord, report: Report): OverlapRule =>
  readWord('overlap', overlap, OVERLAPS, report) ?? 'allow'

/** Reads `limit`. */
export const readLimit = ({ limit }: PlainRecord, report: Report): number | undefined =>
  readCount('limit', limit, LIMIT_RANGE, report)

/** Reads `jitter`. As long as the time between two slots it would put a slot's job behind the next slot's. */
export function readJitter({ jitter }: PlainRecord, schedule: Schedule | undefined, report: Report): number {
  const jitterMs = readDuration('jitter', jitter, JITTER_RANGE, report) ?? 0
  const tooLong = jitterMs > 0 && schedule !== undefined ? tooLongJitter(schedule, jitterMs) : undefined
  return tooLong === undefined ? jitterMs : (report('jitter', { expected: tooLong, got: showWritten(jitter) }) ?? 0)
}

/** What a jitter must be less than, where it is not. */
function tooLongJitter(schedule: Schedule, jitterMs: number): string | undefined {
  if (schedule.kind === 'interval') {
    return jitterMs < schedule.everyMs ? undefined : `less than every, ${formatDuration(schedule.everyMs)}`
  }
  if (schedule.kind !== 'crontab') return undefined
  const gapMs = shortestGap(createCrontabTimetable(schedule))
  return jitterMs < gapMs ? undefined : `less than ${formatDuration(gapMs)}, the shortest time between two slots`
}

/** A fixed instant: the same entry is right today and tomorrow. */
const SAMPLED_FROM_MS = Date.UTC(2026, 0, 1)
/** Each hour of two days; a pattern of minutes or seconds shows its gaps sooner. */
const SAMPLED_SLOTS = 48

/** The shortest time between two slots, so far as a sample tells. */
function shortestGap(timetable: Timetable): number {
  let gapMs = Number.POSITIVE_INFINITY
  let slot = timetable.next(SAMPLED_FROM_MS)
  for (let sampled = 1; slot !== undefined && sampled < SAMPLED_SLOTS; sampled++) {
    const next = timetable.next(slot)
    if (next !== undefined) gapMs = Math.min(gapMs, next - slot)
    slot = next
  }
  return gapMs
}

/** Reads `misfire`, a word or a record. */
export function readMisfire({ misfire: written }: PlainRecord, report: Report): MisfireRule {
  if (written === undefined) return DEFAULT_MISFIRE
  if (typeof written === 'string') return { ...DEFAULT_MISFIRE, run: readRun('misfire', written, report) }
  const form = `one of ${MISFIRES.join(', ')}, or an object such as { run: 'last', grace: '5m' }`
  const rule = readRecord('misfire', written, ['run', 'max', 'grace'], form, report)
  if (rule === undefined) return DEFAULT_MISFIRE
  const run = readRun('misfire.run', rule.run, report)
  if (rule.max !== undefined && run !== 'all') {
    report('misfire.max', { expected: "run: 'all' beside it", got: showWritten(rule.max) })
  }
  const max = readCount('misfire.max', rule.max, MAX_RANGE, report) ?? DEFAULT_MISFIRE.max
  const graceMs = readDuration('misfire.grace', rule.grace, GRACE_RANGE, report) ?? DEFAULT_MISFIRE.graceMs
  return { run, max, graceMs }
}

const readRun = (key: string, written: unknown, report: Report): MisfireRule['run'] =>
  readWord(key, written, MISFIRES, report) ?? DEFAULT_MISFIRE.run

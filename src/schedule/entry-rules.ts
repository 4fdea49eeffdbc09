import { formatDuration } from '../time/duration.js'
import { type Report, readCount, readDuration, readRecord, readWord, showWritten } from './entry-fields.js'
import type { PlainRecord } from './plain-data.js'
import type { Schedule } from './schedule.js'
import type { MisfireRule, OverlapRule } from './schedule-entry.js'

const DAY_MS = 86_400_000
const LIMIT_RANGE = [1, 1_000_000_000] as const
const JITTER_RANGE = [0, DAY_MS] as const
const GRACE_RANGE = [0, 7 * DAY_MS] as const
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

/** Reads `jitter`. As long as an interval it would put a slot's job behind the next slot's. */
export function readJitter({ jitter }: PlainRecord, schedule: Schedule | undefined, report: Report): number {
  const jitterMs = readDuration('jitter', jitter, JITTER_RANGE, report) ?? 0
  if (schedule?.kind === 'interval' && jitterMs >= schedule.everyMs) {
    report('jitter', { expected: `less than every, ${formatDuration(schedule.everyMs)}`, got: showWritten(jitter) })
  }
  return jitterMs
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

import { safeText } from '../../codec/safe-text.js'
import type { LeadingBeat } from '../../control/schedules-leader.js'
import type { ScheduleDrift, ScheduleList, ScheduleReport } from '../../control/schedules-list.js'
import { tellBeat } from './schedule-beat.js'
import { tellDistance, tellUtc } from './schedule-time.js'
import { presentTable } from './table.js'

/** As wide as a terminal that nobody made wider. */
const WIDTH = 80

/** The entries, each with its times below it; then the beat. */
export function presentSchedules({ schedules, beat, now }: ScheduleList): string {
  if (schedules.length === 0) {
    return 'No schedule entries: write schedule in taskq.config.ts, or add one with taskq schedule add.'
  }
  const rows = schedules.map((report) => [
    report.name,
    tellNext(report, now.getTime()),
    tellLast(report, now.getTime()),
    report.runs,
    report.skipped,
    report.owner ?? '-',
  ])
  const [head = '', ...lines] = presentTable(['entry', 'next', 'last', 'jobs', 'skipped', 'owner'], rows).split('\n')
  const blocks = schedules.flatMap((report, index) => [lines[index] ?? '', ...presentDetails(report)])
  return [head, ...blocks, '', presentBeat(beat, now.getTime())].join('\n')
}

/** What `--json` prints. */
export function schedulesJson({ schedules, beat, codeProblem, now }: ScheduleList) {
  return { schedules, beat: beat ?? null, ...(codeProblem !== undefined && { codeProblem }), now }
}

const presentBeat = (beat: LeadingBeat | undefined, nowMs: number): string =>
  beat === undefined
    ? '! No beat runs, so that none of this is enqueued: start taskq beat.'
    : `beat  ${tellBeat(beat, nowMs)}`

function tellNext({ paused, next, problem }: ScheduleReport, nowMs: number): string {
  if (problem !== undefined) return '-'
  if (paused) return 'paused'
  if (next === undefined) return 'none'
  const distance = tellDistance(next.getTime(), nowMs)
  return distance.endsWith(' ago') ? `due ${distance}` : distance
}

/** A job that is not there was not kept: its task ignores results, or their time is over. */
function tellLast({ last }: ScheduleReport, nowMs: number): string {
  if (last === undefined) return '-'
  return `${last.state === 'unknown' ? 'not kept' : last.state} ${tellDistance(last.slot.getTime(), nowMs)}`
}

function presentDetails({ when, task, held, drift, problem }: ScheduleReport): string[] {
  const details = [
    [when, task].filter((part) => part !== undefined).join(' · '),
    held === undefined ? '' : `the slot of ${tellUtc(held)} waits for the job before it`,
    drift === undefined ? '' : `! ${DRIFTS[drift]}`,
    problem === undefined ? '' : `! cannot be used here: ${problem}`,
  ]
  return details.filter((line) => line !== '').map((line) => `  ${safeText(line, WIDTH - 2)}`)
}

const DRIFTS: Readonly<Record<ScheduleDrift, string>> = {
  'not applied yet': 'not applied yet: a beat stores it when it begins to lead',
  'changed in code': 'changed in code: this holds until a beat with the new code leads',
  'no longer in code': 'no longer in code: a beat with the new code removes it when it leads',
}

import type { ScheduleReport } from '../../control/schedules-list.js'
import { formatTime } from '../amounts.js'
import { factLine, type PageLine } from '../page-line.js'
import { head } from './draw-context.js'

/** All of a schedule entry, as text. */
export function schedulePageLines(report: ScheduleReport, width: number): readonly PageLine[] {
  const { name, owner, task, when, paused, next, last, runs, skipped, held, drift, problem } = report
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['entry', name],
    ['task', task],
    ['when', when],
    ['owner', owner === 'code' ? 'the code' : owner === 'runtime' ? 'added while running' : undefined],
    ['next', paused ? 'paused' : next === undefined ? 'none' : formatTime(next.getTime())],
    [
      'last',
      last &&
        `${last.state === 'unknown' ? 'not kept' : last.state}, slot of ${formatTime(last.slot.getTime())}, job ${head(last.jobId)}`,
    ],
    ['runs', String(runs)],
    ['skipped', `${skipped}: missed, or the job before had not ended`],
    ['held', held && `the slot of ${formatTime(held.getTime())} waits for the job before it`],
    ['drift', drift],
  ]
  const known = facts.flatMap(([title, text]) => (text === undefined ? [] : factLine(title, text, width)))
  const broken = problem === undefined ? [] : factLine('problem', problem, width)
  return [...known, ...broken.map((line): PageLine => ({ ...line, tone: 'error' }))]
}

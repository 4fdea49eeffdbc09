import { safeText } from '../../codec/safe-text.js'
import type { AddedSchedule } from '../../control/schedules-add.js'
import type { PauseOutcome } from '../../control/schedules-pause.js'
import { tellDistance, tellUtc } from './schedule-time.js'

/** What came of pausing, an entry a line. */
export const presentPaused = (outcomes: readonly PauseOutcome[]): string =>
  outcomes.map(({ name, changed }) => `${safeText(name)} ${changed ? 'is paused' : 'was paused already'}.`).join('\n')

/** What came of resuming, an entry a line. */
export const presentResumed = (outcomes: readonly PauseOutcome[]): string =>
  outcomes.map(({ name, changed }) => `${safeText(name)} ${changed ? 'goes on' : 'was not paused'}.`).join('\n')

/** What was added, and when it is first due. */
export function presentAdded({ name, task, when, next, replaced, now }: AddedSchedule): string {
  return [
    `${replaced ? 'Replaced' : 'Added'} ${safeText(`${name}: ${when} · ${task}`, 200)}`,
    `Next: ${tellUtc(next)}, ${tellDistance(next.getTime(), now.getTime())}`,
  ].join('\n')
}

/** What was removed. */
export const presentRemoved = (name: string): string => `Removed ${safeText(name)}. Its jobs stay.`

import type { Logger } from 'pino'
import { safeText } from '../codec/safe-text.js'
import type { BeatEvent, BeatEventSink } from '../events/beat-event.js'
import { formatDuration } from '../time/duration.js'
import { describeLoss } from './worker-log.js'

/** Writes Beat's events to a log: one line per slot. */
export function logBeatEvents(log: Logger): BeatEventSink {
  return (event) => {
    switch (event.name) {
      case 'slot.enqueued':
      case 'slots.skipped':
      case 'slot.held':
      case 'slot.failed':
        return logSlot(log, event)
      case 'beat.leading':
        return log.info(`beat leads: ${event.entries} schedule ${event.entries === 1 ? 'entry' : 'entries'}`)
      case 'beat.standing-by':
        return log.info(`beat stands by: ${safeText(event.leader, 200)} leads`)
      case 'beat.deposed':
        return log.warn(`beat leads no longer: ${safeText(event.reason, 500)}`)
      case 'schedules.reconciled':
        return logChanges(log, event)
      case 'schedule.unusable':
        return log.warn(
          { schedule: safeText(event.schedule, 200) },
          `schedule entry ${safeText(event.schedule, 200)} cannot be used here: ${safeText(event.reason, 500)}`,
        )
      case 'clock.skewed':
        return log.warn(describeSkew(event.skewMs))
      case 'broker.data-lost':
        return log.error(describeLoss(event.detail))
      case 'broker.trouble':
        return log.warn(`broker: ${safeText(event.message, 500)}`)
    }
  }
}

type SlotEvent = Extract<BeatEvent, { name: 'slot.enqueued' | 'slots.skipped' | 'slot.held' | 'slot.failed' }>

function logSlot(log: Logger, event: SlotEvent): void {
  const schedule = safeText(event.schedule, 200)
  const fields = 'slotMs' in event ? { schedule, slot: new Date(event.slotMs).toISOString() } : { schedule }
  switch (event.name) {
    case 'slot.enqueued': {
      const late = event.lateMs < 1000 ? '' : `, ${formatDuration(event.lateMs)} late`
      return log.info({ ...fields, job: event.jobId, lateMs: Math.round(event.lateMs) }, `${schedule} is due${late}`)
    }
    case 'slots.skipped':
      return log.warn({ ...fields, count: event.count }, `${schedule}: ${describeSkip(event)}`)
    case 'slot.held':
      return log.info({ ...fields, job: event.jobId }, `${schedule} is due, and waits for the job before it to end`)
    case 'slot.failed':
      return log.error(fields, `${schedule} is due, but no job could be made: ${safeText(event.message, 500)}`)
  }
}

function describeSkip({ count, reason }: Extract<SlotEvent, { name: 'slots.skipped' }>): string {
  const slots = count === 1 ? '1 slot was skipped' : `${count} slots were skipped`
  if (reason === 'overlap') return `${slots}: the job before has not ended`
  return `${slots}: ${count === 1 ? 'it was' : 'they were'} not enqueued within the grace`
}

/** A beat with other code on the same prefix takes entries away that somebody may miss. */
function logChanges(log: Logger, event: Changes): void {
  const level = event.removed.length > 0 ? 'warn' : 'info'
  log[level](`schedule entries now as in the code: ${describeChanges(event)}`)
}

type Changes = Extract<BeatEvent, { name: 'schedules.reconciled' }>

function describeChanges({ added, changed, removed }: Changes): string {
  const parts = [
    ['added', added],
    ['changed', changed],
    ['removed', removed],
  ] as const
  return parts
    .filter(([, names]) => names.length > 0)
    .map(([what, names]) => `${what} ${listNames(names)}`)
    .join('; ')
}

const MOST_NAMES = 10

function listNames(names: readonly string[]): string {
  const shown = names.slice(0, MOST_NAMES).map((name) => safeText(name, 100))
  return names.length > MOST_NAMES ? `${shown.join(', ')} and ${names.length - MOST_NAMES} more` : shown.join(', ')
}

function describeSkew(skewMs: number): string {
  const direction = skewMs > 0 ? 'behind' : 'ahead of'
  return `this machine's clock is ${formatDuration(Math.abs(skewMs))} ${direction} the broker's: schedules go by the broker's`
}

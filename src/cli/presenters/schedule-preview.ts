import { safeText } from '../../codec/safe-text.js'
import type { SchedulePreview } from '../../control/schedules-preview.js'
import { formatDuration } from '../../time/duration.js'
import { tellClock, tellDistance } from './schedule-time.js'
import { presentTable } from './table.js'

/** The entry in words, its next slots, and what else there is to know of them. */
export function presentPreview(preview: SchedulePreview, wanted: number): string {
  const { name, task, when } = preview
  const title = safeText(`${name}: ${when} · ${task}`, 200)
  return [title, '', ...presentSlots(preview), ...presentNotes(preview, wanted)].join('\n')
}

function presentSlots({ slots, tz, now }: SchedulePreview): string[] {
  if (slots.length === 0) return ['No slot is to come.']
  const isUtc = tz === 'UTC'
  const rows = slots.map(({ slot, local }) => [
    ...(isUtc ? [] : [local]),
    tellClock(slot),
    tellDistance(slot.getTime(), now.getTime()),
  ])
  const [head = '', ...lines] = presentTable([...(isUtc ? [] : [tz]), 'UTC', ''], rows).split('\n')
  const marked = lines.flatMap((line, index) => {
    const mark = slots[index]?.mark
    return mark === undefined ? [line] : [line, `  ^ ${safeText(mark)}`]
  })
  return [head, ...marked]
}

function presentNotes({ paused, inCodeOnly, jitterMs, left, slots }: SchedulePreview, wanted: number): string[] {
  const notes = [
    slots.length > 0 && slots.length < wanted && 'These are all.',
    left !== undefined && `Its limit allows ${left} more ${left === 1 ? 'job' : 'jobs'}.`,
    jitterMs > 0 && `Each job is enqueued up to ${formatDuration(jitterMs)} later (jitter).`,
    paused && '! It is paused: slots pass without a job. taskq schedule resume lets it go on.',
    inCodeOnly && '! It is in the code, and not stored yet: a beat stores it when it begins to lead.',
  ].filter((note) => note !== false)
  return notes.length === 0 ? [] : ['', ...notes]
}

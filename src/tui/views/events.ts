import type { LiveEvent } from '../../events/live-event.js'
import type { JobState } from '../../task/job-state.js'
import { formatClock, formatRun } from '../amounts.js'
import type { EventRow } from '../state.js'
import type { Cell, Column } from '../table.js'
import { type DrawContext, glyphOfState, head, tailOf, toneOfState } from './draw-context.js'

/** The state that an event leaves its job in. */
const STATE_AFTER: ReadonlyMap<string, JobState> = new Map<LiveEvent['name'], JobState>([
  ['job.started', 'active'],
  ['job.succeeded', 'succeeded'],
  ['job.retried', 'retrying'],
  ['job.dead-lettered', 'dead'],
  ['job.revoked', 'revoked'],
  ['job.expired', 'expired'],
  ['job.snoozed', 'scheduled'],
  ['job.ignored', 'succeeded'],
  ['job.replaced', 'blocked'],
  ['job.given-back', 'queued'],
  ['job.parked', 'queued'],
  ['job.postponed', 'scheduled'],
  ['job.replaced', 'blocked'],
  ['job.result-lost', 'unknown'],
  ['jobs.recovered', 'queued'],
])

/** The table of events. */
export function eventColumns(context: DrawContext): readonly Column<EventRow>[] {
  return [
    { id: 'at', title: 'time', width: 8, rank: 1, cell: ({ at }) => [formatClock(at), 'dim'] },
    { id: 'name', title: 'event', width: 15, rank: 0, cell: ({ name }) => nameOf(name, context) },
    { id: 'task', title: 'task', width: 14, grow: 2, max: 40, rank: 0, cell: whoseOf },
    {
      id: 'id',
      title: 'job',
      width: 9,
      grow: 1,
      max: 20,
      rank: 2,
      cell: ({ id }, width) => [tailOf(id ?? '', width), 'dim'],
    },
    { id: 'queue', title: 'queue', width: 10, grow: 1, max: 20, rank: 6, cell: ({ queue }) => [queue ?? '', 'dim'] },
    { id: 'worker', title: 'worker', width: 12, grow: 1, max: 40, rank: 5, cell: ({ worker }) => [worker, 'dim'] },
    {
      id: 'run',
      title: 'run',
      width: 5,
      align: 'right',
      rank: 3,
      cell: ({ runMs }) => [runMs === undefined ? '' : formatRun(runMs), 'plain'],
    },
    { id: 'reason', title: 'what', width: 12, grow: 4, rank: 2, cell: reasonOf },
  ]
}

/** Whose it is: a task's; a worker's own. */
function whoseOf({ task, worker }: EventRow): Cell {
  return task ?? [worker, 'dim']
}

function nameOf(name: string, { theme }: DrawContext): Cell {
  const state = STATE_AFTER.get(name)
  const text = head(name).replace(/^jobs?\./, '')
  if (state === undefined) return [`${theme.glyphs.dot} ${text}`, 'accent']
  return [`${glyphOfState(state, theme)} ${text}`, toneOfState(state)]
}

/** Why; and of a job that failed and runs again, when. */
function reasonOf({ failure, reason, delayMs, attempt }: LiveEvent): Cell {
  const again = delayMs === undefined ? '' : `again in ${formatRun(delayMs)}`
  if (failure !== undefined) {
    const error = `${head(failure.name)}: ${head(failure.message)}`
    return [again === '' ? error : `${again}: ${error}`, 'bad']
  }
  const parts = [again, head(reason ?? '')].filter((part) => part !== '')
  if (parts.length > 0) return [parts.join(': '), 'warn']
  return [attempt !== undefined && attempt > 1 ? `attempt ${attempt}` : '', 'dim']
}

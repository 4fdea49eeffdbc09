import { safeText } from '../../codec/safe-text.js'
import type { LiveEvent } from '../../events/live-event.js'
import { formatDuration } from '../../time/duration.js'
import { tellInstant } from './worker-json.js'

/** Wide enough that the names of the next lines mostly stand below each other. */
const NAME_WIDTH = 17

/** An event on one line: when, what, of which task, where, and how it went. */
export function presentEvent(event: LiveEvent): string {
  const { at, name, task, id, worker } = event
  const head = `${tellTime(at)}  ${safeText(name, 40).padEnd(NAME_WIDTH)}`
  const parts = [task, id, worker, ...detailsOf(event)].filter((part) => part !== undefined)
  return `${head}  ${parts.map((part) => safeText(part, 400)).join('  ')}`
}

/** Said where events were left out. */
export const presentDropped = (dropped: number): string =>
  `! ${dropped} more ${dropped === 1 ? 'event' : 'events'} left out: more happens than anybody could read`

/** What `--json` prints of an event. */
export const eventJson = ({ at, ...event }: LiveEvent) => ({ at: tellInstant(at), ...event })

function detailsOf({ attempt, runMs, delayMs, failure, reason }: LiveEvent): (string | undefined)[] {
  return [
    attempt === undefined || attempt === 1 ? undefined : `attempt ${attempt}`,
    runMs === undefined ? undefined : `ran ${formatDuration(runMs)}`,
    failure === undefined ? undefined : `${failure.name}: ${failure.message}`,
    delayMs === undefined ? undefined : `again in ${formatDuration(delayMs)}`,
    reason,
  ]
}

/** `12:00:01.123`, by UTC. */
const tellTime = (at: number): string => tellInstant(at)?.slice(11, 23) ?? '??:??:??.???'

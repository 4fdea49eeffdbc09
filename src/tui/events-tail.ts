import type { LiveBatch } from '../events/live-event.js'
import { bounded } from './bounded.js'
import type { EventRow, EventTail } from './state.js'

/** How many events are kept. */
const KEPT = 1000

/** Adds what has happened; where refreshing rests, it waits. */
export function addEvents(tail: EventTail, { events, dropped }: LiveBatch, isFrozen: boolean): EventTail {
  const added = events
    .slice(-KEPT)
    .map((event, index): EventRow => ({ ...bounded(event), key: String(tail.seen + index + 1) }))
  const next = { ...tail, dropped: tail.dropped + dropped, seen: tail.seen + added.length }
  return isFrozen ? { ...next, held: lastOf(tail.held, added) } : { ...next, rows: lastOf(tail.rows, added) }
}

/** Shows what has waited. */
export function joinHeld(tail: EventTail): EventTail {
  return tail.held.length === 0 ? tail : { ...tail, rows: lastOf(tail.rows, tail.held), held: [] }
}

const lastOf = (rows: readonly EventRow[], more: readonly EventRow[]): readonly EventRow[] =>
  more.length === 0 ? rows : [...rows, ...more].slice(-KEPT)

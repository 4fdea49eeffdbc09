import type { Redis } from 'ioredis'
import { keysOf } from '../../dist/engine/keys.js'
import type { Side } from './scenario.ts'

/** The queue of the jobs of slots. */
export const SLOT_QUEUE = 'slots'

const EVENTS = { taskq: keysOf('taskq').lane(SLOT_QUEUE, 'events'), raw: `bull:${SLOT_QUEUE}:events` }

/**
 * How late each slot's job came among the jobs that wait, in milliseconds, oldest first. Both sides' jobs leave a
 * `waiting` event, whose id is the time of Redis in whole milliseconds: the middle of that one is taken.
 */
export async function enqueuedLateness(admin: Redis, side: Side): Promise<number[]> {
  const events = await admin.xrange(EVENTS[side], '-', '+')
  return events.flatMap(([id, fields]) => {
    const at = (name: string) => fields[fields.indexOf(name) + 1] ?? ''
    return at('event') === 'waiting' ? [Number.parseInt(id, 10) + 0.5 - slotOf(at('jobId'))] : []
  })
}

/** When a job was due, in milliseconds since 1970, by its id: `x@20261121T030000.100Z`, or `repeat:x:1795230000100`. */
export function slotOf(jobId: string): number {
  const [, compact] = jobId.split('@')
  if (compact === undefined) return Number(jobId.slice(jobId.lastIndexOf(':') + 1))
  return Date.parse(compact.replace(/^(....)(..)(..)T(..)(..)/, '$1-$2-$3T$4:$5:'))
}

import type { ScheduleEntry } from '../schedule/schedule-entry.js'

/**
 * How much later than its slot a job is enqueued, in milliseconds: 0 to `jitterMs`. The same for the same slot, so that
 * every beat comes to the same time.
 */
export function jitterOf({ name, jitterMs }: Pick<ScheduleEntry, 'name' | 'jitterMs'>, slotMs: number): number {
  return jitterMs === 0 ? 0 : Math.floor((hash(`${name}@${slotMs}`) / 2 ** 32) * (jitterMs + 1))
}

/** FNV-1a of 32 bits, and a last stir: http://www.isthe.com/chongo/tech/comp/fnv/ */
function hash(text: string): number {
  let value = 0x811c9dc5
  for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193)
  value = Math.imul(value ^ (value >>> 15), 0x85ebca6b)
  return (value ^ (value >>> 13)) >>> 0
}

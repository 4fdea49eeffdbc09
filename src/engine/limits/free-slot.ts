import type { Connection } from '../connection.js'
import type { Keys } from '../keys.js'

/**
 * Wakes a worker that waits at a lane's limit of jobs at once. The engine wakes workers when a job comes, not when one
 * ends: without this a slot that became free would be seen only when somebody looks again, seconds later.
 */
const WAKE = `
if redis.call('HEXISTS', KEYS[1], 'concurrency') == 1 then return redis.call('ZADD', KEYS[2], 0, '0') end
return 0
`

/** A connection that has learnt the script. */
interface Scripted {
  taskqFreeSlot(meta: string, marker: string): Promise<number>
}

/** Says that a job of a lane has ended, and no other began in its place. */
export async function tellFreeSlot(connection: Connection, keys: Keys, lane: string): Promise<void> {
  if (!('taskqFreeSlot' in connection)) connection.defineCommand('taskqFreeSlot', { numberOfKeys: 2, lua: WAKE })
  const scripted = connection as unknown as Scripted
  await scripted.taskqFreeSlot(keys.lane(lane, 'meta'), keys.lane(lane, 'marker'))
}

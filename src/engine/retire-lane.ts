import type { Connection } from './connection.js'
import type { Keys } from './keys.js'

/**
 * Forgets a lane that was made for parked jobs only, once nothing is left in it, results and dead letters included. One
 * step of the broker: a job that is parked at the same moment makes the lane anew.
 */
const RETIRE = `
local lanes, meta = KEYS[1], KEYS[2]
for index = 3, 10 do
  if redis.call('EXISTS', KEYS[index]) == 1 then return 0 end
end
if redis.call('SISMEMBER', lanes, ARGV[1]) == 0 then return 1 end
if redis.call('HEXISTS', meta, 'parked') == 0 then return 0 end
redis.call('SREM', lanes, ARGV[1])
redis.call('DEL', unpack(KEYS, 11))
redis.call('DEL', meta)
return 1
`

const PLACES = ['wait', 'active', 'delayed', 'prioritized', 'waiting-children', 'completed', 'failed'] as const
const REST = ['events', 'marker', 'id', 'pc', 'stalled', 'stalled-check'] as const

/** Whether a task's lane is no more: forgotten now, or by another worker. */
export async function retireLane(connection: Connection, keys: Keys, lane: string): Promise<boolean> {
  const parts = (names: readonly string[]) => names.map((name) => keys.lane(lane, name))
  const places = [...parts(PLACES), keys.keyed(lane, 'waiting')]
  const touched = [keys.lanes, keys.lane(lane, 'meta'), ...places, ...parts(REST)]
  return (await connection.eval(RETIRE, touched.length, ...touched, lane)) === 1
}

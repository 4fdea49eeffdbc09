import type { Connection } from '../connection/connection.js'
import { runPipeline } from '../connection/run-pipeline.js'
import type { Keys } from '../keys.js'

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

/** Lanes that one pipeline asks for. */
const STEP = 200

const PLACES = ['wait', 'active', 'delayed', 'prioritized', 'waiting-children', 'completed', 'failed'] as const
const REST = ['events', 'marker', 'id', 'pc', 'stalled', 'stalled-check'] as const

/** Whether a task's lane is no more: forgotten now, or by another worker. */
export async function retireLane(connection: Connection, keys: Keys, lane: string): Promise<boolean> {
  const touched = keysOfLane(keys, lane)
  return (await connection.eval(RETIRE, touched.length, ...touched, lane)) === 1
}

/** Forgets those of these lanes that were made for parked jobs and are empty. */
export async function retireLanes(connection: Connection, keys: Keys, lanes: readonly string[]): Promise<void> {
  for (let from = 0; from < lanes.length; from += STEP) {
    const pipeline = connection.pipeline()
    for (const lane of lanes.slice(from, from + STEP)) {
      const touched = keysOfLane(keys, lane)
      pipeline.eval(RETIRE, touched.length, ...touched, lane)
    }
    await runPipeline(pipeline)
  }
}

/** A lane that was made for parked jobs. */
interface ParkedLane {
  readonly lane: string
  /** Whether something in it has ended. */
  readonly hasEnded: boolean
}

/** Those of these lanes that were made for parked jobs. */
export async function parkedAmong(
  connection: Connection,
  keys: Keys,
  lanes: readonly string[],
): Promise<readonly ParkedLane[]> {
  const found: ParkedLane[] = []
  for (let from = 0; from < lanes.length; from += STEP) {
    const step = lanes.slice(from, from + STEP)
    const pipeline = connection.pipeline()
    for (const lane of step) {
      const key = (part: string) => keys.lane(lane, part)
      pipeline.hexists(key('meta'), 'parked').exists(key('completed'), key('failed'))
    }
    const told = (await runPipeline(pipeline)) as number[]
    step.forEach((lane, index) => {
      if (told[2 * index] === 1) found.push({ lane, hasEnded: (told[2 * index + 1] ?? 0) > 0 })
    })
  }
  return found
}

function keysOfLane(keys: Keys, lane: string): string[] {
  const parts = (names: readonly string[]) => names.map((name) => keys.lane(lane, name))
  const places = [...parts(PLACES), keys.keyed(lane, 'waiting')]
  return [keys.lanes, keys.lane(lane, 'meta'), ...places, ...parts(REST), keys.kept(lane)]
}

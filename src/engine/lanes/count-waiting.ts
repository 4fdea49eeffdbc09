import type { Connection } from '../connection/connection.js'
import { runPipeline } from '../connection/run-pipeline.js'
import type { Keys } from '../keys.js'

/** How many jobs wait in each of these lanes, for a worker or for their time. One trip. */
export async function countWaiting(connection: Connection, keys: Keys, lanes: readonly string[]): Promise<number[]> {
  const pipeline = connection.pipeline()
  for (const lane of lanes) {
    pipeline.llen(keys.lane(lane, 'wait'))
    for (const part of ['prioritized', 'delayed']) pipeline.zcard(keys.lane(lane, part))
    pipeline.zcard(keys.keyed(lane, 'waiting'))
  }
  const counts = (await runPipeline(pipeline)) as number[]
  return lanes.map((_, index) => counts.slice(4 * index, 4 * index + 4).reduce((sum, count) => sum + count, 0))
}

/** How many jobs of these lanes wait for nothing but a worker. */
export async function countReady(connection: Connection, keys: Keys, lanes: readonly string[]): Promise<number> {
  const pipeline = connection.pipeline()
  for (const lane of lanes) {
    const key = (part: string) => keys.lane(lane, part)
    pipeline.llen(key('wait')).zcard(key('prioritized')).zcard(keys.keyed(lane, 'waiting'))
  }
  const counts = (await runPipeline(pipeline)) as number[]
  return counts.reduce((sum, count) => sum + count, 0)
}

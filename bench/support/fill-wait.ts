import type { Redis } from 'ioredis'
import { keysOf } from '../../dist/engine/keys.js'
import { payload, TASK_NAME } from './backlog.ts'

/** Jobs in one script. */
const STEP = 20_000

/** Puts one job after another into a lane, each with its hash, without a client that encodes a million jobs. */
const FILL = `
local wait, prefix = KEYS[1], ARGV[1]
local from, count, name, data, now = tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4], ARGV[5], ARGV[6]
for n = from, from + count - 1 do
  redis.call('HSET', prefix .. n, 'name', name, 'data', data, 'opts', '{}', 'timestamp', now, 'delay', 0, 'priority', 0)
  redis.call('LPUSH', wait, n)
end
`

/** Fills a lane of the app with this prefix with jobs that wait. */
export async function fillWait(redis: Redis, prefix: string, lane: string, jobs: number): Promise<void> {
  const keys = keysOf(prefix)
  const data = JSON.stringify({ v: 1, args: [payload(0)] })
  await redis.sadd(keys.lanes, lane)
  for (let from = 0; from < jobs; from += STEP) {
    const count = Math.min(STEP, jobs - from)
    await redis.eval(FILL, 1, keys.lane(lane, 'wait'), keys.job(lane, ''), from, count, TASK_NAME, data, Date.now())
  }
}

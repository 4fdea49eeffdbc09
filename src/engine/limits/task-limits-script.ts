import type { Connection } from '../connection/connection.js'
import { HOLD_LIMITS } from './hold-limits-script.js'

/**
 * Changes parts of what is stored of a task's limit, and what its lane is held to. A window that is open goes with the
 * rate that opened it: after `1/h` it would otherwise hold for up to an hour. `none` lets the lane go free.
 */
const CHANGE = `
${HOLD_LIMITS}
local limits, meta, limiter, marker = unpack(KEYS)
local task, patch, base = ARGV[1], cjson.decode(ARGV[2]), ARGV[4]
local now = cjson.decode(ARGV[3])
local stored = readRecord(redis.call('HGET', limits, task))
for part, value in pairs(patch) do
  if value == cjson.null then stored[part] = nil else stored[part] = value end
end
if next(stored) == nil then
  redis.call('HDEL', limits, task)
else
  redis.call('HSET', limits, task, cjson.encode(stored))
end
if now.rate then
  holdRate(meta, now.rate ~= 'none' and now.rate or nil, redis.call('HEXISTS', meta, 'rateKeyed') == 1)
  redis.call('DEL', limiter)
end
if now.maxConcurrency then
  local most = now.maxConcurrency ~= 'none' and now.maxConcurrency or nil
  holdConcurrency(meta, most, redis.call('HEXISTS', meta, 'concurrencyKeyed') == 1)
end
if now.rate or now.maxConcurrency then reopen(meta, marker, base) end
return 1
`

/** A connection that has learnt the script. */
interface Scripted {
  taskqLimit(...keysAndArgs: (string | number)[]): Promise<number>
}

/** Runs the script: its keys and arguments are those of its first two lines. */
export async function runLimitScript(
  connection: Connection,
  keys: readonly string[],
  args: readonly (string | number)[],
): Promise<void> {
  if (!('taskqLimit' in connection)) connection.defineCommand('taskqLimit', { numberOfKeys: 4, lua: CHANGE })
  await (connection as unknown as Scripted).taskqLimit(...keys, ...args)
}

import type { Connection } from './connection.js'

/**
 * Changes parts of what is stored of a task's limit, and, where a rate is given, what its lane is held to. A window
 * that is open goes with the rate that opened it: after `1/h` it would otherwise hold for up to an hour. A rate of `none`
 * lets the lane go free.
 */
const CHANGE = `
local limits, meta, limiter = unpack(KEYS)
local task, patch, max, duration = unpack(ARGV)
local read, stored = pcall(cjson.decode, redis.call('HGET', limits, task) or '{}')
if not read or type(stored) ~= 'table' then stored = {} end
for part, value in pairs(cjson.decode(patch)) do
  if value == cjson.null then stored[part] = nil else stored[part] = value end
end
if next(stored) == nil then
  redis.call('HDEL', limits, task)
else
  redis.call('HSET', limits, task, cjson.encode(stored))
end
if max == '' then return 1 end
if max == 'none' then
  redis.call('HDEL', meta, 'max', 'duration')
else
  redis.call('HSET', meta, 'max', max, 'duration', duration)
end
redis.call('DEL', limiter)
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
  if (!('taskqLimit' in connection)) connection.defineCommand('taskqLimit', { numberOfKeys: 3, lua: CHANGE })
  await (connection as unknown as Scripted).taskqLimit(...keys, ...args)
}

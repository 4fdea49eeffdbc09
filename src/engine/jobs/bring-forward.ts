import type { AwaitedJob } from '../../context/scope.js'
import type { Connection } from '../connection/connection.js'
import type { Keys } from '../keys.js'

/** Of a workflow, so many of the first parts. */
const PARTS = 100
/** A list is looked through from its newest job on, so far. */
const LOOKED_THROUGH = 10_000

/**
 * Jobs that wait for a worker come before all others of their priority. What waits for anything else is left alone: for
 * its time, a limit, other jobs. Of a workflow that is done with its parts that are jobs now.
 */
const BRING_FORWARD = `
local call = redis.call
local root, id, lane = unpack(ARGV)

local function bring(lane, id)
  local at = root .. ':' .. lane .. ':'
  if call('EXISTS', at .. id .. ':lock') == 1 or call('HEXISTS', at .. id, 'finishedOn') == 1 then return end
  local score = call('ZSCORE', at .. 'prioritized', id)
  if score then
    call('ZADD', at .. 'prioritized', math.floor(tonumber(score) / 4294967296) * 4294967296, id)
    return
  end
  if call('ZSCORE', at .. 'delayed', id) then return end
  if not redis.pcall('LPOS', at .. 'wait', id, 'MAXLEN', ${LOOKED_THROUGH}) then return end
  if call('LREM', at .. 'wait', 1, id) == 1 then call('RPUSH', at .. 'wait', id) end
end

if lane ~= '' then return bring(lane, id) end
local names = {}
for node = 0, ${PARTS - 1} do names[#names + 1] = 's' .. node end
local states = redis.pcall('HMGET', KEYS[1], unpack(names))
if states.err then return end
for node = ${PARTS - 1}, 0, -1 do
  local where = string.match(states[node + 1] or '', '^a(.+)$')
  if where then bring(where, id .. '~' .. node) end
end
`

interface Scripted {
  taskqBringForward(key: string, root: string, id: string, lane: string): Promise<null>
}

/** What somebody waits for is the next to run, where it waits for nothing but a worker. */
export async function bringForward(connection: Connection, keys: Keys, { id, lane }: AwaitedJob): Promise<void> {
  if (!('taskqBringForward' in connection)) {
    connection.defineCommand('taskqBringForward', { numberOfKeys: 1, lua: BRING_FORWARD })
  }
  const key = lane === undefined ? keys.workflow(id) : keys.lane(lane, 'wait')
  await (connection as unknown as Scripted).taskqBringForward(key, keys.prefix, id, lane ?? '')
}

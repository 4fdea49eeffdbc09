import type { Connection } from '../connection/connection.js'
import { RELEASE } from '../jobs/release-script.js'
import type { Keys } from '../keys.js'
import { WAITS_FOR_OPTION } from './wait-script.js'

/** Blocked jobs in one look: short enough that no other client waits noticeably. */
const STEP = 200

/** How far a worker has looked through each lane's blocked jobs. */
export type BlockedLooks = Map<string, number>

/**
 * Looks at some of a lane's jobs that wait for workflows. One whose workflow is over, or gone, goes on: that it was not
 * told is the doing of a broker that lost something. Of one whose workflow runs, that learns where the job is.
 */
const FREE = `${RELEASE}
local root, lane, from, now = unpack(ARGV)
local function workflowOf(id)
  local text = redis.pcall('HGET', root .. ':' .. lane .. ':' .. id, 'opts')
  local read, options = pcall(cjson.decode, type(text) == 'string' and text or '')
  local workflow = read and type(options) == 'table' and options['${WAITS_FOR_OPTION}']
  return type(workflow) == 'string' and workflow or nil
end

local stay, ids = 0, redis.call('ZRANGE', KEYS[1], from, from + ${STEP - 1})
for _, id in ipairs(ids) do
  local workflow = workflowOf(id)
  local record = workflow and root .. '~workflow:' .. workflow
  local told = record and redis.pcall('HMGET', record, 'state', 'ownerId', 'ownerLane')
  if told and told[1] ~= 'running' then
    release(root, lane, id, tonumber(now), true)
  else
    if told and (told[2] ~= id or told[3] ~= lane) then
      redis.call('HSET', record, 'ownerId', id, 'ownerLane', lane, 'waited', 1)
    end
    stay = stay + 1
  end
end
return #ids < ${STEP} and 0 or from + stay
`

/** Lets blocked jobs of a lane go on that nothing else will. A long row is looked through bit by bit, from time to time. */
export async function freeBlocked(
  connection: Connection,
  keys: Keys,
  lane: string,
  looks: BlockedLooks,
  nowMs: number,
): Promise<void> {
  const next = await connection.eval(
    ...[FREE, 1, keys.lane(lane, 'waiting-children')],
    ...[keys.prefix, lane, looks.get(lane) ?? 0, nowMs],
  )
  if (Number(next) > 0) looks.set(lane, Number(next))
  else looks.delete(lane)
}

import type { BrokerLink } from '../connection/broker-link.js'
import type { Keys } from '../keys.js'

/**
 * Whether the job is nowhere, or has ended, that was to end as a workflow does, and has never waited for it: it was
 * revoked, or lost its last worker, when it had just made it. One step: jobs go from lane to lane.
 */
const LEFT_ALONE = `
local root = ARGV[1]
local told = redis.pcall('HMGET', KEYS[1], 'state', 'ownerId', 'waited')
if told[1] ~= 'running' or not told[2] or told[3] then return 0 end
for _, lane in ipairs(redis.call('SMEMBERS', KEYS[2])) do
  local job = redis.pcall('HMGET', root .. ':' .. lane .. ':' .. told[2], 'name', 'finishedOn')
  if job[1] and not job[2] then return 0 end
end
return 1
`

/** Whether nobody is ever going to want what a workflow comes to. */
export async function isLeftAlone(link: BrokerLink, keys: Keys, id: string): Promise<boolean> {
  return (await link.read((redis) => redis.eval(LEFT_ALONE, 2, keys.workflow(id), keys.lanes, keys.prefix))) === 1
}

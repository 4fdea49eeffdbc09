import type { Connection } from '../connection/connection.js'
import type { Keys } from '../keys.js'

/**
 * The part of scripts that put a job aside until a workflow is over: what that comes to is kept until the job has ended,
 * though its queue may be paused for days; for as long as a failed workflow is, at most.
 */
export const KEEP_FOR_OWNER = `
local function keepForOwner(record)
  local told = redis.call('HMGET', record, 'keepMs', 'failKeepMs', 'ownKeepMs')
  local own, longest = tonumber(told[1] or nil), tonumber(told[2] or nil)
  if told[3] or not own or not longest or longest <= own then return end
  redis.call('HSET', record, 'keepMs', told[2], 'ownKeepMs', told[1])
  -- It is over already.
  if redis.call('PTTL', record) < 0 then return end
  redis.call('PEXPIRE', record, told[2])
  redis.call('PEXPIRE', record .. ':values', told[2])
end
`

/** The job has ended: from now on the workflow is kept as any other. Of one that failed, jobs may run again. */
const KEEP_NO_LONGER = `
local told = redis.call('HMGET', KEYS[1], 'state', 'ownKeepMs')
if told[1] ~= 'succeeded' or not told[2] then return end
redis.call('HSET', KEYS[1], 'keepMs', told[2])
redis.call('HDEL', KEYS[1], 'ownKeepMs')
if redis.call('PTTL', KEYS[1]) < 0 then return end
redis.call('PEXPIRE', KEYS[1], told[2])
redis.call('PEXPIRE', KEYS[2], told[2])
`

/** Where this cannot be told, the workflow is kept for longer than it need be. */
export async function keepNoLonger(connection: Connection, keys: Keys, workflow: string): Promise<void> {
  const touched = [keys.workflow(workflow), keys.workflow(workflow, 'values')]
  await connection.eval(KEEP_NO_LONGER, touched.length, ...touched).catch(() => {})
}

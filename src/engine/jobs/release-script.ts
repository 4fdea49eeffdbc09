/**
 * The part of scripts that lets a job go which waits for another's end: it is due at its time, or waits for a worker.
 * What does not wait so is left alone. `root` is what the app's keys begin with, in braces. With `ahead` it comes before
 * all others of its priority: it has had its turn.
 */
export const RELEASE = `
local function schedule(root, lane, id, due)
  redis.call('ZADD', root .. ':' .. lane .. ':delayed', due * 4096, id)
  local first = redis.call('ZRANGE', root .. ':' .. lane .. ':delayed', 0, 0, 'WITHSCORES')
  redis.call('ZADD', root .. ':' .. lane .. ':marker', tonumber(first[2]) / 4096, '1')
end

local function release(root, lane, id, now, ahead)
  local at = root .. ':' .. lane .. ':'
  if redis.call('ZREM', at .. 'waiting-children', id) == 0 then return end
  local fields = redis.call('HMGET', at .. id, 'timestamp', 'delay', 'priority')
  local due = (tonumber(fields[1]) or 0) + (tonumber(fields[2]) or 0)
  local priority = tonumber(fields[3]) or 0
  if due > now then
    schedule(root, lane, id, due)
    return
  end
  if priority > 0 then
    local count = ahead and 0 or redis.call('INCR', at .. 'pc')
    redis.call('ZADD', at .. 'prioritized', priority * 4294967296 + count % 4294967296, id)
  else
    redis.call(ahead and 'RPUSH' or 'LPUSH', at .. 'wait', id)
  end
  redis.call('ZADD', at .. 'marker', 0, '0')
  redis.call('XADD', at .. 'events', '*', 'event', 'waiting', 'jobId', id, 'prev', 'waiting-children')
end
`

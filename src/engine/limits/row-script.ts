/**
 * The part of scripts that knows which row a job of a lane with divided limits stands in: that of its group, which is
 * its rate key and its concurrency key, where the lane's limits are divided by them.
 *
 * `leaveRow` takes a job out of its row, and tells whether it stood in one. The names of rows follow from jobs' keys, so
 * they cannot be declared; they lie in the same slot of a Cluster.
 */
export const ROWS = `
local function textOf(value)
  return type(value) == 'string' and value or ''
end

local function readOptions(opts)
  local read, options = pcall(cjson.decode, opts or '')
  return read and type(options) == 'table' and options or {}
end

local function groupOf(opts, byRate, bySlots)
  local options = readOptions(opts)
  local rate = byRate and textOf(options.kr) or ''
  return string.format('%d:', #rate) .. rate .. (bySlots and textOf(options.kc) or '')
end

local function leaveRow(waiting, meta, job, id)
  if redis.call('ZREM', waiting, id) == 0 then return false end
  local divided = redis.call('HMGET', meta, 'rateKeyed', 'concurrencyKeyed')
  local group = groupOf(redis.pcall('HGET', job, 'opts'), divided[1], divided[2])
  redis.call('ZREM', string.sub(waiting, 1, -8) .. 'row:' .. group, id)
  return true
end
`

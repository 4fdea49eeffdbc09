import type { Connection } from '../connection/connection.js'
import { asideFields } from '../jobs/job-aside.js'
import { RELEASE } from '../jobs/release-script.js'
import type { Keys } from '../keys.js'
import type { HeldJob } from '../locks/held-job.js'
import { KEEP_FOR_OWNER } from './keep-for-owner.js'

/** The option of a job that names the workflow which it ends like. It comes along with the job when a worker takes it. */
export const WAITS_FOR_OPTION = 'wf'

/**
 * Puts a job that a worker holds among those that wait for others. One step of the broker: where its workflow is over by
 * now, or gone, the job goes on at once; else whatever ends the workflow lets it go on, in the same step.
 */
const WAIT = `${RELEASE}${KEEP_FOR_OWNER}
local job, lock, active, stalled, events, blocked, record = unpack(KEYS)
local id, token, workflow, root, lane, now, aside, said = unpack(ARGV)
local call = redis.call

local holder = call('GET', lock)
if holder ~= token then return redis.error_reply(holder and 'Lock mismatch' or 'Missing lock') end
local read, options = pcall(cjson.decode, call('HGET', job, 'opts') or '{}')
options = read and type(options) == 'table' and options or {}
options['${WAITS_FOR_OPTION}'] = workflow
if call('LREM', active, -1, id) == 0 then return redis.error_reply('the job is not in the active state') end
call('DEL', lock)
call('SREM', stalled, id)
call('HSET', job, 'opts', cjson.encode(options), aside, said)
call('ZADD', blocked, now, id)
call('XADD', events, 'MAXLEN', '~', 10000, '*', 'event', 'waiting-children', 'jobId', id, 'prev', 'active')
local state = redis.pcall('HGET', record, 'state')
if type(state) == 'string' then keepForOwner(record) end
if state == 'running' then
  -- It may have gone to another lane since it made the workflow.
  call('HSET', record, 'ownerId', id, 'ownerLane', lane, 'waited', 1)
else
  release(root, lane, id, tonumber(now), true)
end
return 1
`

/** So many workflows are stopped in the step that ends their job; others by the next sweep. */
const STOPPED_AT_ONCE = 100

/**
 * The part of scripts that end a job, or tell its run to end: nobody wants the workflows any more that it made to wait
 * for, or to end as. Nothing of them begins from now on; the next sweep ends what they have of jobs.
 */
export const UNWANT = `
local stopped = 0

local function stopUnwanted(root, workflow, reason)
  stopped = stopped + 1
  if stopped <= ${STOPPED_AT_ONCE} then return stopWorkflow(root, workflow, reason) end
  local record = root .. '~workflow:' .. workflow
  if redis.pcall('HGET', record, 'state') ~= 'running' then return end
  redis.call('HSET', record, 'reason', reason)
  redis.call('ZADD', root .. '~workflows', 0, workflow)
end

local function unwant(root, job, id, reason)
  local read, options = pcall(cjson.decode, redis.call('HGET', job, 'opts') or '')
  local workflow = read and type(options) == 'table' and options['${WAITS_FOR_OPTION}']
  if type(workflow) == 'string' then stopUnwanted(root, workflow, reason) end
  for _, child in ipairs(redis.call('ZRANGE', root .. '~children:' .. id, 0, -1)) do
    local isSpawned = string.sub(child, 1, 2) == 'w_' and redis.pcall('HGET', root .. '~workflow:' .. child, 'spawned')
    if isSpawned == '1' and child ~= workflow then stopUnwanted(root, child, reason) end
  end
end
`

/** A job that is to wait. */
interface WaitingJob extends HeldJob {
  readonly taken: number
}

/** Puts a job aside until a workflow is over. */
export async function waitForWorkflow(
  connection: Connection,
  keys: Keys,
  lane: string,
  job: WaitingJob,
  workflow: string,
  nowMs: number,
): Promise<void> {
  const { id, token } = job
  const key = keys.job(lane, id)
  const places = ['active', 'stalled', 'events', 'waiting-children'].map((part) => keys.lane(lane, part))
  const touched = [key, `${key}:lock`, ...places, keys.workflow(workflow)]
  const aside = Object.entries(asideFields(job, `it ends as ${workflow} does`))[0] ?? []
  await connection.eval(WAIT, touched.length, ...touched, ...[id, token, workflow, keys.prefix, lane, nowMs, ...aside])
}

import { LEASE_MS } from './begin-script.js'

/** A look at a workflow may be put off by so much. */
const LOOK_LATER_MS = 5000

/** How scripts end what is over, and what they answer. */
export const ANSWER = `
local function close(l)
  -- As many began as ended: some are open.
  if l.opened == 0 and l.woken then return end
  local open = tonumber(try('HINCRBY', l.record, 'open', ms(l.opened)) or 0) or 0
  l.opened = 0
  if open > 0 then return end
  -- Nothing is left that could end it: its record was damaged.
  if l.state == 'running' then more().over(l, 'failed') end
  -- What failed may be run again as long as it is a dead letter, and needs what it began with.
  local kept = fieldsOf(l, 'keepMs', 'failKeepMs', 'failed', 'unheard')
  local isWhole = l.state == 'succeeded' and (tonumber(kept[3] or nil) or 0) == 0 and not kept[4]
  local keepMs = math.max(1, tonumber(kept[isWhole and 1 or 2] or nil) or 86400000)
  for _, key in ipairs({l.record, l.values}) do try('PEXPIRE', key, ms(keepMs)) end
  try('DEL', l.ready)
  try('ZREM', l.due, l.id)
end

-- Somebody is to look at it then, or a little later, so that not every end need say so. Only whoever looks puts it off:
-- however much goes on beside it, a job that nobody made is found.
local function stirred(l, at)
  if at > l.now then at = at + ${LOOK_LATER_MS} end
  if l.look and l.look > l.now and l.look <= at then return end
  l.look = at
  try('ZADD', l.due, 'LT', ms(at), l.id)
  try('HSET', l.record, 'look', ms(at))
end

-- What came of it: the job that waited for the end, and nodes that are to be made jobs.
local function answer(l, most)
  if not l.woken and not l.owner then return false end
  local out = {nodes = {}, texts = {}, known = {}, bytes = 0, most = most}
  local left = 0
  giveBegun(l, out)
  if l.hasFree then
    more().handOut(l, out)
    if l.opened ~= 0 then close(l) end
    left = #more().freeOnes(l, 1) / 2
  end
  local isOpen = #l.given > 0 or l.hasFree and (try('ZCARD', l.ready) or 0) > 0
  if isOpen then stirred(l, left == 1 and most == 0 and l.now or l.now + ${LEASE_MS}) end
  return {l.id, l.owner or '', l.ownerLane or '', left, out.nodes, out.texts, l.anyTime and 1 or 0}
end
`

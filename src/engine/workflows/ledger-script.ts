import { RELEASE } from '../jobs/release-script.js'
import { ANSWER } from './answer-script.js'
import { BEGIN } from './begin-script.js'
import { HAND_OUT } from './hand-out-script.js'
import { REACH } from './reach-script.js'
import { PLACES, RECORD } from './record-script.js'
import { REVIVE } from './revive-script.js'

/** Nodes that one script hands to whoever told it of an end. */
export const MOST_HANDED = 50

/**
 * What the end of a task before a task does not need: its functions are made where one of them is called. To make a
 * function costs the broker as much as a command, and each run of a script makes all of its own.
 */
const MORE = `
more = function()
if rare then return rare end
${RELEASE}${PLACES}${REACH}${REVIVE}${HAND_OUT}
rare = {
  reach = reach, fail = fail, each = each, joinAt = joinAt, over = over, tellProgress = tellProgress, revive = revive,
  reviveUnmade = reviveUnmade,
  laneOf = laneOf, textOf = textOf, freeOnes = freeOnes, handOut = handOut, dropFree = dropFree,
}
return rare
end
`

/** All that this folder's own scripts are made of. `settle` takes what state the node must be in, if that matters. */
export const LEDGER_PARTS = `${RECORD}
local more, rare
${BEGIN}${MORE}${ANSWER}
local function countIn(text) return tonumber(text or 0) or 0 end

local function taskAt(l, node)
  local fields = fieldsOf(l, 's' .. node, 'n' .. node, 'state', 'total', 'done', 'failed', 'watched', 'look', 'anyTime')
  local state, text, stands = fields[1], fields[2], fields[3]
  local kind, onward, up = string.match(text or '', '^([tc])|([^|]*)|([^|]*)|')
  if not kind or not stands then return end
  l.state, l.look, l.anyTime = stands, tonumber(fields[8] or nil), fields[9]
  return {
    kind = kind, onward = onward, up = up, noted = state, state = string.sub(state or '', 1, 1),
    total = countIn(fields[4]), done = countIn(fields[5]), failed = countIn(fields[6]), watched = countIn(fields[7]),
  }
end

-- What says that it has ended, and counts it.
local function endOf(node, task, how, payload)
  local changes = {'s' .. node, how}
  if how == 'f' then changes[3], changes[4] = 'e' .. node, payload end
  if task.kind == 't' then
    local field = how == 'd' and 'done' or 'failed'
    task[field] = task[field] + 1
    changes[#changes + 1] = field
    changes[#changes + 1] = task[field]
  elseif how == 'f' then
    -- A callback: it does not count, but is kept as long.
    changes[#changes + 1] = 'unheard'
    changes[#changes + 1] = '1'
  end
  return changes
end

local function settle(l, node, how, payload, most, wanted)
  local task = taskAt(l, node)
  if not task or task.state == 'd' or task.state == how then return false end
  if wanted and wanted ~= task.state then return false end
  if task.state == 'f' then
    more().revive(l, node, task.kind, task.up, '')
    task.state, task.failed = 'a', task.failed - (task.kind == 't' and 1 or 0)
  end
  if task.state == 'q' then try('ZREM', l.ready, string.format('%06d', node)) end
  if task.state ~= '' then l.opened = l.opened - 1 end
  l.most = most
  local changes, got = endOf(node, task, how, payload), {ref = node, text = payload}
  -- What its job would have begun with: so it can still be made one.
  if how == 'f' and task.state == 'q' then
    changes[#changes + 1] = 'u' .. node
    changes[#changes + 1] = task.noted
  end
  -- A task after a task, most often: noted in one.
  local after = how == 'd' and waiting(l, task.onward)
  if after then
    changes[#changes + 1] = 's' .. after.number
    changes[#changes + 1] = begunWith(l, got, true)
  end
  try('HSET', l.record, unpack(changes))
  if how == 'd' and task.state ~= 'a' then try('HDEL', l.record, 'c' .. node) end
  if task.kind == 't' and task.watched > l.now then more().tellProgress(l, task) end
  if after then
    begin(l, after, got)
  elseif how == 'd' then
    more().reach(l, task.onward, got)
  else
    more().fail(l, task.up, node)
  end
  close(l)
  return answer(l, most)
end
`

/**
 * What all scripts know of workflows that end jobs, or run them again. A job's end and what its workflow makes of it are
 * one step of the broker: whoever embeds this calls, with the app's root (`{taskq}`) and a job's id, which may be of any
 * job:
 *
 * - `settleNode(root, id, how, payload, most)`: the job has ended. `how`: `d` with its result as StoredValue in JSON, or
 *   `f` with its JobFailure in JSON. `most`: how many nodes the caller can make jobs of, now. Returns what `parseMove`
 *   reads, or false where nobody has anything to do.
 * - `reviveNode(root, id, lane, atAnyTime)`: a job that failed runs again. Without a lane: one that failed before it was a job is to
 *   be made one. Tells whether it is so. `atAnyTime`: what comes after it is wanted after its time, too.
 * - `stopWorkflow(root, workflow, reason)`: it is revoked. The next sweep ends those of its jobs that are there.
 *
 * They do nothing for a job that is no part, or whose workflow is gone, and never raise an error. A workflow's keys are
 * made of the root: they are in the slot of all others of the app.
 */
export const LEDGER = `
local settleNode, reviveNode, stopWorkflow
do
${LEDGER_PARTS}
settleNode = function(root, id, how, payload, most)
  local workflow, node = string.match(id, '^(w_[^~]+)~(%d+)$')
  if not workflow or not root then return false end
  return settle(ledgerOf(root, workflow), node, how, payload, most)
end

reviveNode = function(root, id, lane, atAnyTime)
  local workflow, node = string.match(id, '^(w_[^~]+)~(%d+)$')
  if not workflow or not root then return false end
  local l = ledgerOf(root, workflow)
  local task = taskAt(l, node)
  if not task or task.state ~= 'f' then return false end
  if lane then
    more().revive(l, node, task.kind, task.up, lane)
  elseif not more().reviveUnmade(l, node, task.kind, task.up) then
    return false
  end
  if atAnyTime then try('HSET', l.record, 'anyTime', '1') end
  close(l)
  return true
end

stopWorkflow = function(root, id, reason)
  local l = ledgerOf(root, id)
  if try('HGET', l.record, 'state') ~= 'running' then return end
  l.state = 'revoked'
  try('HSET', l.record, 'reason', reason)
  more().over(l, 'revoked')
  more().dropFree(l)
  stirred(l, 0)
  close(l)
end
end
`

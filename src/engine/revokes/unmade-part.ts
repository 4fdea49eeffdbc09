import type { Revocation } from '../../task/async-result.js'
import type { WorkflowPart } from '../../task/names.js'
import type { Connection } from '../connection/connection.js'
import type { Keys } from '../keys.js'
import { LEDGER_PARTS } from '../workflows/ledger-script.js'
import { KEEP_AHEAD, REMEMBER } from './fact-script.js'
import { type RevokeRecord, revokedFailure, storedReason } from './revoke.js'

/**
 * Ends a part of a workflow that is no job yet: its record says that it was revoked, so that it is never made one. One
 * that somebody makes a job of just now is remembered ahead, too: it ends before it runs.
 *
 * Not of one whose job is there, or was: that is ended where it is.
 */
const REVOKE_UNMADE = `
local record, revokes, facts, ahead = unpack(KEYS)
local id, caller, fact, root, workflow, node, failure = unpack(ARGV)
local call = redis.call
${REMEMBER}
${KEEP_AHEAD}
${LEDGER_PARTS}
local told = toldBefore()
if told then return {told, 1} end
local l = ledgerOf(root, workflow)
local stand = fieldsOf(l, 's' .. node, 'n' .. node, 'state', 'open')
local task = string.match(stand[2] or '', '^[tc]|[^|]*|[^|]*|(.*)$')
local kind = string.sub(stand[1] or '', 1, 1)
if not task or kind == 'a' or kind == 'q' and more().laneOf(l, node) then return {'unknown', 0} end
local isOver = stand[3] ~= 'running' and (stand[3] == 'revoked' or (tonumber(stand[4] or 0) or 0) <= 0)
if kind == 'd' or kind == 'f' or kind == '' and isOver then return {remember('too-late', task), 0} end
if kind == 'q' then keepAhead() end
settle(l, node, 'f', failure, 0)
return {remember('removed', task), kind == 'q' and 1 or 0}
`

/** A connection that has learnt the script. */
interface Scripted {
  taskqRevokeUnmade(...keysAndArgs: (string | number)[]): Promise<[Revocation, 0 | 1]>
}

/** What came of it: `isAhead` where workers are to be told of a job that may come. */
interface UnmadeEnd {
  readonly outcome: Revocation
  readonly isAhead: boolean
}

/** Ends a part that is no job yet; `unknown` for any other. */
export async function revokeUnmade(
  redis: Connection,
  keys: Keys,
  { id, workflow, node }: WorkflowPart & { readonly id: string },
  reason: string,
  { call, fact }: RevokeRecord,
): Promise<UnmadeEnd> {
  if (!('taskqRevokeUnmade' in redis)) redis.defineCommand('taskqRevokeUnmade', { numberOfKeys: 4, lua: REVOKE_UNMADE })
  const failure = JSON.stringify(revokedFailure(storedReason(reason)))
  const [outcome, isAhead] = await (redis as unknown as Scripted).taskqRevokeUnmade(
    ...[keys.workflow(workflow), keys.revokes, keys.revokeFacts, keys.revokedAhead],
    ...[id, call, fact, keys.prefix, workflow, node, failure],
  )
  return { outcome, isAhead: isAhead === 1 }
}

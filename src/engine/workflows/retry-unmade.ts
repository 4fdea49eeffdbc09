import { partId, type WorkflowPart } from '../../task/names.js'
import type { Connection } from '../connection/connection.js'
import type { Keys } from '../keys.js'
import { CLAIM_OF } from '../same-jobs/claim-field.js'
import { CLAIM_AGAIN, CLAIMS } from '../same-jobs/settle-script.js'
import { LEDGER } from './ledger-script.js'
import { OWNERS_AGAIN } from './owner-again-script.js'

/** A part that failed before it was a job is to be made one; and whatever had failed as its workflow goes on, too. */
const RETRY_UNMADE = `
${CLAIMS}
${CLAIM_OF}
${CLAIM_AGAIN}
${LEDGER}
${OWNERS_AGAIN}
local root, id, retryCall = unpack(ARGV)
if not reviveNode(root, id, nil, true) then return 0 end
ownersAgain(root, id, string.format('%.0f', brokerTime()), false, retryCall)
return 1
`

/** A connection that has learnt the script. */
interface Scripted {
  taskqRetryUnmade(record: string, root: string, id: string, call: string): Promise<0 | 1>
}

/** Whether a part is to be made a job again. */
export async function retryUnmade(
  connection: Connection,
  keys: Keys,
  part: WorkflowPart,
  call: string,
): Promise<boolean> {
  if (!('taskqRetryUnmade' in connection))
    connection.defineCommand('taskqRetryUnmade', { numberOfKeys: 1, lua: RETRY_UNMADE })
  const id = partId(part.workflow, part.node)
  const scripted = connection as unknown as Scripted
  return (await scripted.taskqRetryUnmade(keys.workflow(part.workflow), keys.prefix, id, call)) === 1
}

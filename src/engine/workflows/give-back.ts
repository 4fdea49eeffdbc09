import type { BrokerLink } from '../connection/broker-link.js'
import type { Keys } from '../keys.js'
import { RECORD } from './record-script.js'

/** Whoever looks next may be in the same trouble: not at once. */
const AGAIN_MS = 1000

/** They were handed out, which their score is to tell: a job of one may be there, though nobody heard so. */
const GIVE_BACK = `${RECORD}
local l = ledgerOf(ARGV[1], ARGV[2])
local given = 0
for at = 3, #ARGV do
  local member = string.format('%06d', ARGV[at])
  if (tonumber(try('ZSCORE', l.ready, member) or nil) or 0) > l.now then
    try('ZADD', l.ready, 'XX', 1, member)
    given = given + 1
  end
end
if given > 0 then try('ZADD', l.due, 'LT', ms(l.now + ${AGAIN_MS}), l.id) end
return given
`

/** Nodes that were handed to the caller, which made no jobs of them: they are anybody's again, and soon looked for. */
export async function giveBack(link: BrokerLink, keys: Keys, id: string, nodes: readonly number[]): Promise<void> {
  await link.read((redis) => redis.eval(GIVE_BACK, 1, keys.workflow(id), keys.prefix, id, ...nodes))
}

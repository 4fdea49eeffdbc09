import type { Connection } from '../connection/connection.js'
import type { Keys } from '../keys.js'
import { LEDGER_PARTS } from './ledger-script.js'

/** States of nodes that one command reads. */
const READ = 1000

/** Somebody wrote into its record: it counts more open parts than there are, and would be kept for ever. */
const CLOSE_ENDED = `${LEDGER_PARTS}
local l = ledgerOf(ARGV[1], ARGV[2])
local told = fieldsOf(l, 'state', 'nodes')
l.state = told[1]
if not l.state or l.state == 'running' or try('EXISTS', l.ready) == 1 then return 0 end
for from = 0, tonumber(told[2] or nil) or 0, ${READ} do
  local names = {}
  for node = from, from + ${READ - 1} do names[#names + 1] = 's' .. node end
  for _, state in ipairs(fieldsOf(l, unpack(names))) do
    if state and string.match(state, '^[qa]') then return 0 end
  end
end
try('HSET', l.record, 'open', 0)
close(l)
return 1
`

/** A workflow that has ended, and of which nothing is open, is kept as long as any that has. Looks for itself. */
export async function closeEnded(redis: Connection, keys: Keys, id: string): Promise<void> {
  await redis.eval(CLOSE_ENDED, 1, keys.workflow(id), keys.prefix, id)
}

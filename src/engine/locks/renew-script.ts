import type { Connection } from '../connection.js'
import type { SeatedJob } from './seat-table.js'

/** Renews locks that are still ours, and takes their jobs off the list of those that look lost. */
const RENEW = `
local renewed = 0
for i = 1, #KEYS, 2 do
  local token, id = ARGV[i + 1], ARGV[i + 2]
  if redis.call('GET', KEYS[i]) == token then
    redis.call('SET', KEYS[i], token, 'PX', ARGV[1])
    redis.call('SREM', KEYS[i + 1], id)
    renewed = renewed + 1
  end
end
return renewed
`

/** Renews the locks of these jobs for `lockMs`. One that another worker has, or that has ended, is left alone. */
export async function renewSeated(connection: Connection, jobs: readonly SeatedJob[], lockMs: number): Promise<void> {
  const keys = jobs.flatMap(({ base, id }) => [`${base}${id}:lock`, `${base}stalled`])
  const proofs = jobs.flatMap(({ token, id }) => [token, id])
  await connection.eval(RENEW, keys.length, ...keys, lockMs, ...proofs)
}

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

/**
 * What the broker has handed to the worker that holds these jobs, in the same lanes, beside them: the answer waits for
 * the main thread to read it.
 */
export async function findUnread(connection: Connection, held: readonly SeatedJob[]): Promise<SeatedJob[]> {
  const known = new Set(held.map(({ base, id }) => base + id))
  const heads = new Map(held.map(({ base, token }) => [base, token.slice(0, token.lastIndexOf(':') + 1)]))
  const unread: SeatedJob[] = []
  for (const [base, head] of heads) {
    const ids = (await connection.lrange(`${base}active`, 0, -1)).filter((id) => !known.has(base + id))
    if (ids.length === 0) continue
    const tokens = await connection.mget(ids.map((id) => `${base}${id}:lock`))
    for (const [index, id] of ids.entries()) {
      const token = tokens[index]
      if (token?.startsWith(head)) unread.push({ base, id, token })
    }
  }
  return unread
}

import type { Connection } from '../connection/connection.js'
import type { SeatedJob } from './seat-table.js'

/**
 * Renews locks that are still ours, and takes their jobs off the list of those that look lost. One that is over is taken
 * again, where the job is active yet and nobody has taken it since: the broker was away, and nobody else was quicker.
 */
const RENEW = `
local call = redis.call
local others = {}
for i = 1, #KEYS / 4 do
  local lock, job, active, stalled = unpack(KEYS, 4 * i - 3, 4 * i)
  local token, id, taken = unpack(ARGV, 3 * i - 1, 3 * i + 1)
  local holder = call('GET', lock)
  if not holder and call('HGET', job, 'ats') == taken and call('LPOS', active, id) then holder = token end
  if holder == token then
    call('SET', lock, token, 'PX', ARGV[1])
    call('SREM', stalled, id)
  else
    others[#others + 1] = i
  end
end
return others
`
/** So many locks are renewed in one command. */
const MOST_AT_ONCE = 500

/**
 * Renews the locks of these jobs for `lockMs`, and returns those that are not ours any more: another worker has them, or
 * they have ended. Those are left alone.
 */
export async function renewSeated<J extends SeatedJob>(
  connection: Connection,
  jobs: readonly J[],
  lockMs: number,
): Promise<J[]> {
  const others: J[] = []
  for (let from = 0; from < jobs.length; from += MOST_AT_ONCE) {
    const some = jobs.slice(from, from + MOST_AT_ONCE)
    const keys = some.flatMap(({ base, id }) => [`${base}${id}:lock`, base + id, `${base}active`, `${base}stalled`])
    const proofs = some.flatMap(({ token, id, taken }) => [token, id, taken ?? ''])
    const places = (await connection.eval(RENEW, keys.length, ...keys, lockMs, ...proofs)) as number[]
    for (const place of places) others.push(some[place - 1] as J)
  }
  return others
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

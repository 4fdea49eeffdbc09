import type { Connection } from './connection.js'
import type { Keys } from './keys.js'

/**
 * Makes the counters of a job numbers again: those that the engine adds to. Its scripts fail half-way where they are
 * none, and may have taken the job out of the list that it was in by then: whoever holds it by a token gets it back.
 */
const MEND = `
local call = redis.call
local job, lock, active, wait, prioritized, delayed, completed, failed = unpack(KEYS)
local id, token, lockMs = unpack(ARGV)
if call('EXISTS', job) == 0 then return 0 end
for _, field in ipairs({'atm', 'ats', 'stc'}) do
  local stored = call('HGET', job, field)
  if stored and not (string.match(stored, '^%d+$') and #stored < 10) then call('HSET', job, field, 0) end
end
if token == '' or call('EXISTS', lock) == 1 then return 1 end
for _, list in ipairs({active, wait}) do
  if call('LPOS', list, id) then return 1 end
end
for _, set in ipairs({prioritized, delayed, completed, failed}) do
  if call('ZSCORE', set, id) then return 1 end
end
call('LPUSH', active, id)
call('SET', lock, token, 'PX', lockMs)
return 1
`

/** Who holds the job; an empty token where nobody is known to. */
interface Hold {
  readonly token: string
  readonly lockMs: number
}

/** Mends a job in whose hash the engine could not count. */
export async function mendCounters(
  connection: Connection,
  keys: Keys,
  lane: string,
  id: string,
  { token, lockMs }: Hold,
): Promise<void> {
  const job = keys.job(lane, id)
  const places = ['active', 'wait', 'prioritized', 'delayed', 'completed', 'failed'].map((part) =>
    keys.lane(lane, part),
  )
  await connection.eval(MEND, 2 + places.length, job, `${job}:lock`, ...places, id, token, lockMs)
}

/** Whether a script of the engine failed because a counter is no number. */
export const isBrokenCounter = (error: unknown): boolean =>
  error instanceof Error && /hash value is not an integer|increment or decrement would overflow/.test(error.message)

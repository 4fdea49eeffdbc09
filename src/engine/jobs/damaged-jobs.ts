import type { Connection } from '../connection/connection.js'
import type { Keys } from '../keys.js'
import { type TakenJob, unreadable } from './pull-reply.js'

/**
 * Makes the counters of a job numbers again: those that the engine adds to. Its scripts fail half-way where they are
 * none, and may have taken the job out of the list that it was in by then: it is active again, as whoever's token is given
 * or else as nobody's, to be found as lost.
 */
const MEND = `
local call = redis.call
local job, lock, active, wait = unpack(KEYS)
local id, token, lockMs = unpack(ARGV)
if call('EXISTS', job) == 0 then return 0 end
for _, field in ipairs({'atm', 'ats', 'stc'}) do
  local stored = call('HGET', job, field)
  if stored and not (string.match(stored, '^%d+$') and #stored < 10) then call('HSET', job, field, 0) end
end
if call('EXISTS', lock) == 1 then return 1 end
for _, list in ipairs({active, wait}) do
  if call('LPOS', list, id) then return 1 end
end
for set = 5, #KEYS do
  if call('ZSCORE', KEYS[set], id) then return 1 end
end
call('LPUSH', active, id)
if token ~= '' then call('SET', lock, token, 'PX', lockMs) end
return 1
`

/** The jobs of a lane in whose fields the engine stumbles. */
export class DamagedJobs {
  constructor(
    private readonly connection: Connection,
    private readonly keys: Keys,
    private readonly lane: string,
    private readonly lockMs: number,
  ) {}

  /** Says how a run ended, and once more where the engine could not count in its job. */
  async mending<T>(act: () => Promise<T>, job: { readonly id: string; readonly token: string }): Promise<T> {
    try {
      return await act()
    } catch (error) {
      if (!isBrokenCounter(error)) throw error
      await this.#mend(job.id, job.token)
      return act()
    }
  }

  /** Looks for lost jobs, by the engine's script, which may lose one of them where it cannot count. */
  async recovering(recover: () => Promise<string[]>): Promise<string[]> {
    // Sent together: a look costs no trip more.
    const before = this.#active()
    before.catch(() => {})
    try {
      return await recover()
    } catch (error) {
      if (!isBrokenCounter(error)) throw error
      for (const id of await before) await this.#mend(id)
      return recover()
    }
  }

  /** Mends a job in whose hash the engine could not count. With a token, of whoever held it, it is theirs again. */
  async #mend(id: string, token = ''): Promise<void> {
    const { connection, keys, lane, lockMs } = this
    const job = keys.job(lane, id)
    const places = [...PLACES.map((part) => keys.lane(lane, part)), keys.keyed(lane, 'waiting')]
    await connection.eval(MEND, 2 + places.length, job, `${job}:lock`, ...places, id, token, lockMs)
  }

  /**
   * A job whose own fields BullMQ could not read when it handed it over: it is ours by then all the same. It is handed on
   * without a payload, as what it is, and so becomes a dead letter instead of coming back for ever.
   *
   * @param error what the engine said; thrown again where that is no reason
   * @param ended the job that the same token held before
   */
  async takenAsIs(error: unknown, token: string, ended: string | undefined): Promise<TakenJob> {
    const isMendable = isBrokenCounter(error)
    if (!isMendable && !(error instanceof SyntaxError) && !(error instanceof TypeError)) throw error
    const id = await this.#heldBy(token)
    if (id === undefined || id === ended) throw error
    if (isMendable) await this.#mend(id)
    return unreadable(id)
  }

  /** The job that is held by a token. */
  async #heldBy(token: string): Promise<string | undefined> {
    const active = await this.#active()
    if (active.length === 0) return undefined
    const locks = await this.connection.mget(active.map((id) => `${this.keys.job(this.lane, id)}:lock`))
    return active[locks.indexOf(token)]
  }

  #active(): Promise<string[]> {
    return this.connection.lrange(this.keys.lane(this.lane, 'active'), 0, -1)
  }
}

const PLACES = ['active', 'wait', 'prioritized', 'delayed', 'waiting-children', 'completed', 'failed'] as const

/** Whether a script of the engine failed because a counter is no number. */
const isBrokenCounter = (error: unknown): boolean =>
  error instanceof Error && /hash value is not an integer|increment or decrement would overflow/.test(error.message)

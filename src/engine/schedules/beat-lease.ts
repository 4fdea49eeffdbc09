import type { Connection } from '../connection/connection.js'
import type { WatchedConnection } from '../connection/watched-connection.js'
import type { Keys } from '../keys.js'

/** Who leads. */
export interface BeatFacts {
  /** Unique among all beats. */
  readonly id: string
  readonly host: string
  readonly pid: number
  readonly version: string
  /** Since when it leads. */
  readonly sinceMs: number
}

/**
 * The right to enqueue the slots: one beat has it, for a while, and renews it. It only saves work, and keeps two
 * versions of the code from contending; that no slot runs twice is the transactions' affair.
 */
export class BeatLease {
  constructor(
    private readonly watched: WatchedConnection,
    private readonly keys: Keys,
  ) {}

  /** Takes the lease where it is free. Returns who has it then: the asker, or another. */
  take(facts: BeatFacts, ttlMs: number): Promise<BeatFacts | undefined> {
    return this.watched.use(async (connection) => {
      const taken = await connection.set(this.keys.beat, JSON.stringify(facts), 'PX', ttlMs, 'NX')
      return taken === 'OK' ? facts : parseFacts(await connection.get(this.keys.beat))
    })
  }

  /** Prolongs the lease. False when it has gone to another. */
  renew(facts: BeatFacts, ttlMs: number): Promise<boolean> {
    return this.#ifHeld(facts, RENEW, ttlMs)
  }

  /** Gives the lease up, so that another need not wait. */
  release(facts: BeatFacts): Promise<boolean> {
    return this.#ifHeld(facts, RELEASE)
  }

  /** Who leads now. */
  leader(): Promise<BeatFacts | undefined> {
    return this.watched.use((connection) => readLeadingBeat(connection, this.keys))
  }

  #ifHeld(facts: BeatFacts, script: string, ...args: number[]): Promise<boolean> {
    return this.watched.use(async (connection: Connection) => {
      const reply = await connection.eval(script, 1, this.keys.beat, JSON.stringify(facts), ...args)
      return reply === 1
    })
  }
}

/** Who leads now, for one who only looks. */
export const readLeadingBeat = async (connection: Connection, keys: Keys): Promise<BeatFacts | undefined> =>
  parseFacts(await connection.get(keys.beat))

const RENEW = `if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])`

const RELEASE = `if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])`

function parseFacts(text: string | null): BeatFacts | undefined {
  if (text === null) return undefined
  try {
    const facts = JSON.parse(text) as BeatFacts | null
    return typeof facts?.id === 'string' ? facts : undefined
  } catch {
    return undefined
  }
}

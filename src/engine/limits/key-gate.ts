import type { RedisQueueBackend } from 'bullmq'
import type { Connection } from '../connection.js'
import type { Keys } from '../keys.js'
import { engineScript } from './engine-script.js'
import type { AfterEnd, EndedJob, LaneGate } from './lane-gate.js'
import { LEAVE, turnstileOf } from './turnstile-script.js'

/** What the turnstile has beside the engine's own keys, in the order of its script. */
const PARTS = ['waiting', 'ring', 'held', 'counts', 'parked'] as const

/** A connection that has learnt the scripts. */
interface Scripted {
  taskqTurn(...keysAndArgs: unknown[]): Promise<unknown>
  taskqLeave(...keysAndArgs: string[]): Promise<number>
}

/** How the engine's backend runs a script. */
interface Executing {
  execCommand(client: unknown, command: string, args: readonly unknown[]): Promise<unknown>
}

/** The engine's own keys of `moveToActive`. */
const ENGINE_KEYS = 11

/**
 * The gate of a lane whose limits are divided by keys: what the lane asks the engine for comes through the turnstile,
 * and the next job is asked for by itself, never together with the end of the one before it.
 */
export class KeyGate<P extends AfterEnd> implements LaneGate<P> {
  readonly #own: readonly string[]
  readonly #base: string
  readonly #leaveKeys: readonly string[]

  constructor(
    private readonly connection: Connection,
    keys: Keys,
    lane: string,
    backend: RedisQueueBackend,
    private readonly pull: (token: string) => Promise<P>,
  ) {
    const key = (part: string) => keys.keyed(lane, part)
    this.#own = PARTS.map(key)
    this.#base = key('')
    const others = ['marker', 'meta', 'active'].map((part) => keys.lane(lane, part))
    this.#leaveKeys = [key('held'), key('counts'), key('ring'), key('parked'), ...others]
    this.#divert(backend as unknown as Executing)
  }

  async open(): Promise<void> {
    if ('taskqTurn' in this.connection) return
    const turnstile = turnstileOf(engineScript(this.connection, 'moveToActive'))
    this.connection.defineCommand('taskqTurn', { numberOfKeys: ENGINE_KEYS + PARTS.length, lua: turnstile })
    this.connection.defineCommand('taskqLeave', { numberOfKeys: this.#leaveKeys.length, lua: LEAVE })
  }

  async look(): Promise<void> {}

  /** Where its slot is not said to be free, the next who asks finds out that the job does not run any more. */
  async end({ id, token }: EndedJob, fetchNext: boolean, tell: (fetchNext: boolean) => Promise<P>): Promise<P> {
    const leave = () => this.#scripted.taskqLeave(...this.#leaveKeys, id, this.#base).catch(() => 0)
    // Also where that fails: the job may have ended, and the answer may be what was lost.
    const ended = await tell(false).finally(() => void leave())
    if (!fetchNext) return ended
    // The job has ended: an error here must not look like one of that.
    return this.pull(token).catch(() => ended)
  }

  get #scripted(): Scripted {
    return this.connection as unknown as Scripted
  }

  #divert(backend: Executing): void {
    const execute = backend.execCommand.bind(backend)
    backend.execCommand = (client, command, args) => {
      if (command !== 'moveToActive') return execute(client, command, args)
      const [keys, values] = [args.slice(0, ENGINE_KEYS), args.slice(ENGINE_KEYS)]
      return this.#scripted.taskqTurn(...keys, ...this.#own, ...values, this.#base)
    }
  }
}

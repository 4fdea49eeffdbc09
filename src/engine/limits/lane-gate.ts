import type { RedisQueueBackend } from 'bullmq'
import type { Connection } from '../connection/connection.js'
import { runPipeline } from '../connection/run-pipeline.js'
import { engineScript } from '../engine-script.js'
import type { Keys } from '../keys.js'
import type { HeldJob } from '../locks/held-job.js'
import { dissolveRows } from './dissolve-rows.js'
import { LEAVE } from './leave-script.js'
import { mendRows } from './mend-rows.js'
import { notPastRows } from './not-past-rows.js'
import { turnstileOf } from './turnstile-script.js'

/** What telling the end of a run gives: the lane's next job, where it came along. */
interface AfterEnd {
  readonly job?: unknown
}

/** What the turnstile has beside the engine's own keys, in the order of its script. */
const PARTS = ['waiting', 'ring', 'held', 'counts', 'parked'] as const

/** A connection that has learnt the scripts. */
interface Scripted {
  taskqTurn(...keysAndArgs: unknown[]): Promise<unknown>
  taskqFinish(...keysAndArgs: unknown[]): Promise<unknown>
  taskqDelay(...keysAndArgs: unknown[]): Promise<unknown>
  taskqLeave(...keysAndArgs: string[]): Promise<number>
}

/** How the engine's backend runs a script. */
interface Executing {
  execCommand(client: unknown, command: string, args: readonly unknown[]): Promise<unknown>
}

/** How many keys the engine's own scripts have. */
export const ENGINE_KEYS = { moveToActive: 11, moveToFinished: 14, moveToDelayed: 11 } as const

/** The engine's script that ends a run, kept from handing out the lane's next job past the turnstile. */
export const finishNotPastRows = (script: string): string =>
  notPastRows(script, { keys: ENGINE_KEYS.moveToFinished, meta: 9, fetchNext: 6 })

/**
 * What the lane of a single task does beside the engine. Whether its limits are divided by keys stands in the lane, and
 * the scripts look there in the same step in which they take a job: a worker of other code keeps them, too. Where they
 * are, jobs come through the turnstile, and the next is asked for by itself, never together with the end of the one
 * before it. Where they are not, the engine keeps them; whoever waits for a slot is told that one became free.
 */
export class LaneGate<P extends AfterEnd> {
  readonly #turnKeys: readonly string[]
  readonly #base: string
  readonly #leaveKeys: readonly string[]
  /** As it was lately. It decides about round trips only. */
  #isDivided = false

  constructor(
    private readonly connection: Connection,
    private readonly keys: Keys,
    private readonly lane: string,
    backend: RedisQueueBackend,
    private readonly pull: (token: string) => Promise<P>,
  ) {
    const own = (part: string) => keys.keyed(lane, part)
    this.#turnKeys = PARTS.map(own)
    this.#base = own('')
    const others = ['marker', 'meta', 'active'].map((part) => keys.lane(lane, part))
    this.#leaveKeys = [own('held'), own('counts'), own('ring'), own('parked'), ...others]
    this.#divert(backend as unknown as Executing)
  }

  /** Called once the engine has told the connection its scripts. */
  async open(): Promise<void> {
    if (!('taskqTurn' in this.connection)) this.#teach()
    await this.look()
  }

  /** Called now and then: rows that nobody needs are dissolved, and others mended. */
  async look(): Promise<void> {
    const { connection, keys, lane } = this
    const pipeline = connection.pipeline()
    pipeline.hmget(keys.lane(lane, 'meta'), 'rateKeyed', 'concurrencyKeyed')
    // Where there ever was a row, its jobs were numbered.
    pipeline.exists(keys.keyed(lane, 'waiting'), keys.keyed(lane, 'number'))
    const [divided, rows] = (await runPipeline(pipeline)) as [readonly (string | null)[], number]
    this.#isDivided = divided.some((limit) => limit !== null)
    if (rows > 0) await (this.#isDivided ? mendRows : dissolveRows)(connection, keys, lane)
  }

  /**
   * Says how a run ended by `tell`, and asks for the lane's next job where that is wanted. Where its slot is not said to
   * be free, the next who asks finds out that the job does not run any more.
   */
  async end({ id, token }: HeldJob, fetchNext: boolean, tell: (fetchNext: boolean) => Promise<P>): Promise<P> {
    const isDivided = this.#isDivided
    let next: P | undefined
    try {
      next = await tell(fetchNext && !isDivided)
    } finally {
      // Also where that fails: the job may have ended, and the answer may be what was lost.
      if (next?.job === undefined) void this.#leave(id, isDivided)
    }
    if (!fetchNext || next.job !== undefined || !isDivided) return next
    const ended = next
    // The job has ended: an error here must not look like one of that.
    return this.pull(token).catch(() => ended)
  }

  async #leave(id: string, isDivided: boolean): Promise<void> {
    const told = this.#scripted.taskqLeave(...this.#leaveKeys, id, this.#base, isDivided ? '1' : '0')
    this.#isDivided = await told.then((answer) => answer === 1).catch(() => isDivided)
  }

  get #scripted(): Scripted {
    return this.connection as unknown as Scripted
  }

  #teach(): void {
    const define = (name: string, numberOfKeys: number, lua: string) =>
      this.connection.defineCommand(name, { numberOfKeys, lua })
    const engine = (name: string) => engineScript(this.connection, name).lua
    const { moveToActive, moveToFinished, moveToDelayed } = ENGINE_KEYS
    define('taskqTurn', moveToActive + PARTS.length, turnstileOf(engine('moveToActive')))
    define('taskqFinish', moveToFinished + 1, finishNotPastRows(engine('moveToFinished')))
    define(
      'taskqDelay',
      moveToDelayed + 1,
      notPastRows(engine('moveToDelayed'), { keys: moveToDelayed, meta: 7, fetchNext: 8 }),
    )
    define('taskqLeave', this.#leaveKeys.length, LEAVE)
  }

  #divert(backend: Executing): void {
    const execute = backend.execCommand.bind(backend)
    const [waiting] = this.#turnKeys
    backend.execCommand = (client, command, args) => {
      const split = (keys: number) => [args.slice(0, keys), args.slice(keys)] as const
      if (command === 'moveToActive') {
        const [keys, values] = split(ENGINE_KEYS.moveToActive)
        return this.#scripted.taskqTurn(...keys, ...this.#turnKeys, ...values, this.#base)
      }
      if (command !== 'moveToFinished' && command !== 'moveToDelayed') return execute(client, command, args)
      const [keys, values] = split(ENGINE_KEYS[command])
      const script = command === 'moveToFinished' ? 'taskqFinish' : 'taskqDelay'
      return this.#scripted[script](...keys, waiting, ...values)
    }
  }
}

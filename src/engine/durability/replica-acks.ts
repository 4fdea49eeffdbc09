import { TaskqError } from '../../errors/taskq-error.js'
import type { Connection } from '../connection/connection.js'
import { withinTime } from '../connection/deadline.js'
import { isAuthError, lacking } from '../connection/refused.js'
import type { Keys } from '../keys.js'
import { type Place, ServingPlace } from './serving-place.js'

/** The broker waits so long for its replicas at first, then longer: it does nothing else on the connection meanwhile. */
const FIRST_WAIT_MS = 250
const LONGEST_WAIT_MS = 1000

/** What one question to the broker came to: who was asked, and how many replicas have all that was written there. */
interface Answer {
  readonly place: Place
  readonly replicas: number
}

/**
 * Holds an acknowledgement back until replicas have what was written.
 *
 * The broker says that of what came over one connection, and of an empty one it says yes at once. So the question must
 * go where the write went: where the connection was made anew meanwhile, or another server has taken over, the write is
 * made again. One question serves all who ask at the same time.
 */
export class ReplicaAcks {
  readonly #place: ServingPlace
  /** Nothing is written twice where a write found that there was nothing to do: the question must cover what it found. */
  readonly #mark: string
  #asking: Promise<unknown> | undefined
  #queued: Promise<Answer> | undefined
  #shortfalls = 0

  constructor(
    private readonly connection: Connection,
    keys: Keys,
    /** How many must have it. */
    private readonly replicas: number,
    private readonly timeoutMs: number,
  ) {
    this.#mark = keys.replicated
    this.#place = new ServingPlace(connection, this.#mark)
  }

  /**
   * Writes, and resolves when the replicas have it.
   *
   * @throws TaskqError `TASKQ_ENQUEUE_UNREPLICATED` when it is written, and fewer replicas have it in time; what `write`
   *   throws; an error as of a cut connection where it must be made again
   */
  async afterwards<T>(write: () => Promise<T>): Promise<T> {
    const place = await this.#place.find()
    const value = await write()
    await this.#confirm(place, performance.now() + withinTime(this.timeoutMs))
    return value
  }

  async #confirm(place: Place, deadline: number): Promise<void> {
    let most = 0
    for (;;) {
      const answer = await this.#ask()
      if (place === undefined || answer.place !== place) throw new Error('Connection is closed: it is written again')
      // One that has it keeps it, also where it answers the next question too late.
      most = Math.max(most, answer.replicas)
      if (most >= this.replicas) return
      // One question may be under way, and then ours is asked.
      if (performance.now() + 2 * this.#waitMs > deadline) throw this.#unreplicated(most)
    }
  }

  /** A question that is under way may have been asked before the write: the next is asked by all who wait for it. */
  #ask(): Promise<Answer> {
    this.#queued ??= Promise.resolve(this.#asking).then(() => {
      this.#queued = undefined
      const answer = this.#askNow()
      this.#asking = answer.catch(() => {})
      return answer
    })
    return this.#queued
  }

  async #askNow(): Promise<Answer> {
    const place = this.#place.now
    const pipeline = this.connection.pipeline().set(this.#mark, Date.now()).wait(this.replicas, this.#waitMs)
    const [marked, waited] = ((await pipeline.exec()) ?? []) as [Error | null, unknown][]
    const error = marked?.[0] ?? waited?.[0]
    if (error) throw this.#toldApart(error)
    const replicas = Number(waited?.[1] ?? 0)
    this.#shortfalls = replicas < this.replicas ? this.#shortfalls + 1 : 0
    // Sent again over another connection, the answer says nothing.
    return { place: place === this.#place.now ? place : undefined, replicas }
  }

  get #waitMs(): number {
    const most = Math.min(LONGEST_WAIT_MS, Math.max(1, Math.floor(this.timeoutMs / 8)))
    return Math.min(most, FIRST_WAIT_MS * 2 ** Math.min(this.#shortfalls, 10))
  }

  /** A broker that is no master any more will be followed by one that is; any other "no" stays. */
  #toldApart(error: Error): Error {
    if (error.name !== 'ReplyError' || ELSEWHERE.test(error.message)) {
      return new Error(`Connection is closed: ${error.message}`, { cause: error })
    }
    return this.#unreplicated(0, error)
  }

  #unreplicated(got: number, cause?: Error): TaskqError {
    const reason =
      cause?.message ?? `${got} of ${this.replicas} ${this.replicas === 1 ? 'replica' : 'replicas'} in time`
    return new TaskqError(
      'TASKQ_ENQUEUE_UNREPLICATED',
      `it exists, but replicas did not confirm that they have it: ${reason}`,
      {
        hint: hintFor(cause),
        ...(cause && { cause }),
      },
    )
  }
}

const BEHIND = 'It runs, unless the master is lost before they have it. Are they connected? taskq doctor says so.'

/** A question that the user may not ask says nothing of the replicas. */
const hintFor = (cause?: Error): string => (cause && isAuthError(cause) && lacking(cause.message, '…')) || BEHIND

const ELSEWHERE = /^(MOVED|ASK|TRYAGAIN|CLUSTERDOWN|READONLY|LOADING|MASTERDOWN|UNBLOCKED)|replica instances/

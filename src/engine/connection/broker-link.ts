import type { Socket } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import type { RedisBroker } from '../../config/resolved-config.js'
import type { TaskqError } from '../../errors/taskq-error.js'
import type { ReplicaAcks } from '../durability/replica-acks.js'
import { type Connection, createConnection, STALE } from './connection.js'
import { withDeadline, withinTime } from './deadline.js'
import { isReady, unreachable, whenReady } from './open-connection.js'
import { withCode } from './refused.js'

/** Between two tries of a command that was cut off. */
const RETRY_MS = 20
/** The last words to the broker take so long at the most. */
const GOODBYE_MS = 1000

/**
 * A caller's connection, which keeps its process alive only while a command is under way: a script that
 * enqueues a job ends by itself, with nothing to close. (A Cluster's connections stay until `close`.)
 */
export class BrokerLink {
  #pending = 0
  #closed = false
  #becomingReady: Promise<void> | undefined
  /** Why it is not ready. */
  #lastError: Error | undefined
  /** What the broker answered lately where it cannot serve, though it is there. */
  #stale: { readonly error: Error; readonly at: number } | undefined

  readonly connection: Connection
  /** Set where replicas must have what is enqueued. */
  acks: ReplicaAcks | undefined

  /** Connects when it is first used. */
  constructor(
    private readonly broker: RedisBroker,
    /** How long a command may take, the wait for a connection included. */
    private readonly timeoutMs: number,
  ) {
    this.connection = createConnection(broker, 'client')
    this.connection.on('connect', () => this.#holdOrRelease())
    this.connection.on('ready', () => {
      this.#lastError = undefined
    })
    this.connection.on('error', (error: Error) => {
      this.#lastError = error
    })
    this.connection.on(STALE, (error: Error) => {
      this.#stale = { error, at: performance.now() }
    })
  }

  /** Runs commands and keeps the process alive meanwhile. */
  async use<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    this.#pending++
    if (this.#pending === 1) this.#holdOrRelease()
    try {
      return await work(this.connection)
    } finally {
      this.#pending--
      if (this.#pending === 0) this.#holdOrRelease()
    }
  }

  /**
   * As {@link use}, for commands that may be sent twice: waits for a connection that is away, and asks again when it
   * is cut meanwhile.
   *
   * @throws TaskqError `TASKQ_BROKER_UNREACHABLE` in time, `TASKQ_BROKER_AUTH` and `TASKQ_BROKER_REFUSED` at once
   */
  read<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    const deadline = performance.now() + withinTime(this.timeoutMs)
    return this.use(async () => {
      for (;;) {
        try {
          return await this.#readOnce(work, Math.max(1, deadline - performance.now()))
        } catch (error) {
          if (this.#closed || !isCut(error as Error) || performance.now() > deadline)
            throw withCode(this.broker, error as Error)
          // Not at once: a connection that refuses without asking would keep the process from all else.
          await setTimeout(RETRY_MS)
        }
      }
    })
  }

  /** As {@link read}, for what must not be lost: where replicas must have it, they have it then. */
  durably<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    const { acks } = this
    return this.read(acks === undefined ? work : (connection) => acks.afterwards(() => work(connection)))
  }

  async #readOnce<T>(work: (connection: Connection) => Promise<T>, leftMs: number): Promise<T> {
    if (!this.ready) await this.whenReady(leftMs)
    return withDeadline(work(this.connection), leftMs, () => this.silent())
  }

  /** Drops a connection on which nothing comes back, and says so. */
  silent(): TaskqError {
    // Once, however many notice it.
    if (this.ready) this.connection.disconnect(true)
    return this.#unreachable()
  }

  get ready(): boolean {
    return isReady(this.connection)
  }

  /**
   * Resolves when commands are taken.
   *
   * All who wait, wait together, each for as long as it can: a thousand callers must not mean a thousand
   * listeners.
   */
  whenReady(timeoutMs: number): Promise<void> {
    if (this.ready) return Promise.resolve()
    this.#becomingReady ??= whenReady(this.connection, this.broker, this.timeoutMs).finally(() => {
      this.#becomingReady = undefined
    })
    return withDeadline(this.#becomingReady, timeoutMs, () => this.#unreachable())
  }

  #unreachable(): TaskqError {
    const stale = this.#stale !== undefined && performance.now() - this.#stale.at <= this.timeoutMs
    return unreachable(this.broker, this.timeoutMs, stale ? this.#stale?.error : this.#lastError)
  }

  /** Says goodbye, but not for ever: a broker that says nothing must not keep a process from ending. */
  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    const quit = () => withDeadline(this.connection.quit(), GOODBYE_MS, () => this.#unreachable())
    if (this.ready) await this.use(quit).catch(() => {})
    this.connection.disconnect()
  }

  #holdOrRelease(): void {
    if (this.connection.isCluster) return
    const socket = (this.connection as { stream?: Socket }).stream
    // One that has ended would note the wish for a connect that never comes.
    if (socket?.destroyed !== false) return
    if (this.#pending > 0) socket.ref()
    else socket.unref()
  }
}

/** Whether a command failed because its connection closed. */
export const isCut = ({ name, message }: Error): boolean =>
  name === 'MaxRetriesPerRequestError' || /Connection is closed|isn't writeable/.test(message)

/** Whether it says that the broker cannot be reached, now: as an error of the network's, or of a connection that closed. */
export const isAway = (error: Error): boolean => isCut(error) || 'syscall' in error

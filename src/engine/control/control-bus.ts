import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { RedisBroker } from '../../config/resolved-config.js'
import { isTaskqError } from '../../errors/taskq-error.js'
import { readTime } from '../clock/broker-time.js'
import type { Connection } from '../connection/connection.js'
import { withDeadline } from '../connection/deadline.js'
import { isReady, openConnection, unreachable, whenReady } from '../connection/open-connection.js'
import { withCode } from '../connection/refused.js'
import type { Keys } from '../keys.js'
import { decodeReply, encodeCommand } from './control-message.js'
import type { WorkerCommand, WorkerReply } from './worker-command.js'

/** How often a connection that is away is looked at again. */
const RETRY_MS = 20

/**
 * Tells workers what to do, and gathers what they answer.
 *
 * ```
 * caller ── PUBLISH ~control {v, id, targets, until, command} ──▶ every worker
 *        ◀── XREAD ~replies:<id> ── XADD ─── the workers that are meant
 * ```
 *
 * The answers are a stream, since reading one takes nothing away: an answer on a connection that is cut is read again.
 */
export class ControlBus {
  constructor(
    private readonly broker: RedisBroker,
    private readonly keys: Keys,
    /** How long connecting may take. */
    private readonly connectMs: number,
  ) {}

  /**
   * Sends a command to workers, by their ids, and returns as soon as all have answered; at the time limit, what has
   * come. A worker that is missing is not known to be down: it may be frozen, or be cut off from the broker. It does not
   * obey later: whoever tries again, as `pool-grow`, would have it twice. Without a time limit nobody waits for answers,
   * and it is never too late.
   *
   * @throws TaskqError `TASKQ_BROKER_UNREACHABLE`, `TASKQ_BROKER_AUTH`
   */
  async send(command: WorkerCommand, targets: readonly string[], timeoutMs: number): Promise<readonly WorkerReply[]> {
    if (targets.length === 0) return []
    const connection = await openConnection(this.broker, 'client', this.connectMs)
    try {
      const id = randomUUID()
      const until = timeoutMs > 0 ? (await this.#ask(readTime(connection))) + timeoutMs : undefined
      // Once only: a command that was carried out twice would grow a pool twice.
      await this.#ask(connection.publish(this.keys.control, encodeCommand(command, { id, targets, until })))
      return await this.#gather(connection, this.keys.replies(id), new Set(targets), timeoutMs)
    } finally {
      connection.disconnect()
    }
  }

  async #ask<T>(answer: Promise<T>): Promise<T> {
    const late = () => unreachable(this.broker, this.connectMs)
    return withDeadline(answer, this.connectMs, late).catch((error) => {
      const refusal = withCode(this.broker, error as Error)
      throw isTaskqError(refusal) ? refusal : unreachable(this.broker, this.connectMs, refusal)
    })
  }

  async #gather(
    connection: Connection,
    stream: string,
    awaited: Set<string>,
    timeoutMs: number,
  ): Promise<readonly WorkerReply[]> {
    const deadline = performance.now() + timeoutMs
    const replies: WorkerReply[] = []
    let lastId = '0-0'
    while (awaited.size > 0 && performance.now() < deadline) {
      for (const [id, fields] of await this.#read(connection, stream, lastId, deadline - performance.now())) {
        lastId = id
        const reply = decodeReply(fields[1] ?? '')
        if (reply !== undefined && awaited.delete(reply.id)) replies.push(reply)
      }
    }
    return replies
  }

  /** The next answers; none where none came in time, or the connection is away. */
  async #read(connection: Connection, stream: string, lastId: string, leftMs: number): Promise<Entries> {
    try {
      if (!isReady(connection)) await whenReady(connection, this.broker, leftMs)
      const read = connection.xread('BLOCK', Math.ceil(leftMs), 'STREAMS', stream, lastId)
      const replies = await withDeadline(read, leftMs, () => LATE)
      return replies?.[0]?.[1] ?? []
    } catch (error) {
      if (error !== LATE) await sleep(Math.min(RETRY_MS, leftMs))
      return []
    }
  }
}

type Entries = readonly (readonly [id: string, fields: readonly string[]])[]

const LATE = new Error('no answer in time')

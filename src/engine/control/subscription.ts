import type { Redis } from 'ioredis'
import type { RedisBroker } from '../../config/resolved-config.js'
import type { Connection } from '../connection/connection.js'
import { withDeadline } from '../connection/deadline.js'
import { openConnection } from '../connection/open-connection.js'
import { withCode } from '../connection/refused.js'

/** A subscriber sends nothing by itself, so only a question tells that the other side is still there. */
const ASK_MS = 5000
const SILENCE_MS = 5000

/** What ioredis keeps of a Cluster: the connection to the node where it subscribed. */
interface ClusterInside {
  readonly subscriber?: { getInstance(): Redis | null }
}

/**
 * One channel, heard over a connection of its own. It comes back by itself after an outage; what was said meanwhile
 * is gone, as always with publish/subscribe.
 */
export class Subscription {
  readonly #clock: NodeJS.Timeout

  private constructor(private readonly connection: Connection) {
    this.#clock = setInterval(() => void this.#ask(), ASK_MS)
  }

  /**
   * Subscribes, and returns when it has.
   *
   * @throws TaskqError `TASKQ_BROKER_UNREACHABLE`, `TASKQ_BROKER_AUTH`
   */
  static async open(
    broker: RedisBroker,
    channel: string,
    timeoutMs: number,
    onMessage: (text: string) => void,
  ): Promise<Subscription> {
    const connection = await openConnection(broker, 'worker', timeoutMs)
    connection.on('message', (_, text: string) => onMessage(text))
    try {
      await connection.subscribe(channel)
      return new Subscription(connection)
    } catch (error) {
      connection.disconnect()
      throw withCode(broker, error as Error)
    }
  }

  /** Nothing more is told, at once. */
  close(): void {
    clearInterval(this.#clock)
    this.connection.removeAllListeners('message')
    this.connection.disconnect()
  }

  /** What does not answer is made anew: by the connection's own watch; on a Cluster, another node is chosen. */
  async #ask(): Promise<void> {
    const { connection } = this
    if (!connection.isCluster) return void (connection.status === 'ready' && connection.ping().catch(() => {}))
    const node = (connection as unknown as ClusterInside).subscriber?.getInstance()
    if (!node) return
    const silent = () => new Error('the broker is silent')
    await withDeadline(node.ping(), SILENCE_MS, silent, false).catch(() => node.disconnect())
  }
}

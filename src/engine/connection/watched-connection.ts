import type { RedisBroker } from '../../config/resolved-config.js'
import { formatDuration } from '../../time/duration.js'
import type { Connection } from './connection.js'
import { withDeadline } from './deadline.js'
import { openConnection } from './open-connection.js'

/** A broker that says nothing for so long is not there, though the connection is. */
const SILENCE_MS = 5000

/** A broker took commands and did not answer. They may have been carried out. */
export class BrokerSilentError extends Error {
  constructor() {
    super(`the broker was silent for ${formatDuration(SILENCE_MS)}`)
    this.name = 'BrokerSilentError'
  }
}

/**
 * A connection for transactions that hold only while nobody else changed what they read (WATCH). It never comes back
 * by itself: the broker forgets with the old connection what was watched, and a transaction that went on over the new
 * one would overwrite what it has not seen. After a cut, the next call connects anew.
 */
export class WatchedConnection {
  #opening: Promise<Connection> | undefined

  constructor(
    private readonly broker: RedisBroker,
    private readonly timeoutMs: number,
  ) {}

  /**
   * Runs commands over the connection.
   *
   * @throws TaskqError `TASKQ_BROKER_UNREACHABLE`, `TASKQ_BROKER_AUTH`; what the commands throw; `BrokerSilentError` after 5 s
   */
  async use<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    const connection = await this.#connected()
    return withDeadline(work(connection), SILENCE_MS, () => {
      connection.disconnect()
      return new BrokerSilentError()
    })
  }

  async close(): Promise<void> {
    const connection = await this.#opening?.catch(() => undefined)
    connection?.disconnect()
  }

  #connected(): Promise<Connection> {
    if (this.#opening !== undefined) return this.#opening
    const forget = (): void => {
      if (this.#opening === opening) this.#opening = undefined
    }
    const opening = openConnection(this.broker, 'client', this.timeoutMs).then((connection) => {
      endAtCut(connection, forget)
      return connection
    })
    opening.catch(forget)
    this.#opening = opening
    return opening
  }
}

/** On a Cluster, nodes come and go behind the connection, each with what was watched there. */
const CUTS = ['close', 'end', '+node', '-node'] as const

function endAtCut(connection: Connection, onCut: () => void): void {
  const end = (): void => {
    for (const event of CUTS) connection.off(event, end)
    connection.disconnect()
    onCut()
  }
  for (const event of CUTS) connection.on(event, end)
}

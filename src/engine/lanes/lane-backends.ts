import type { RedisQueueBackend } from 'bullmq'
import { QueueKeys } from 'bullmq/dist/cjs/classes/queue-keys.js'
import { createBackend } from '../backend.js'
import type { Connection } from '../connection/connection.js'

/** BullMQ's side of a connection, opened. */
export interface OpenBackend {
  readonly backend: RedisQueueBackend
  readonly client: Awaited<RedisQueueBackend['client']>
}

/**
 * BullMQ's operations on any lane over one connection. There is one backend that listens to the connection;
 * those of the lanes are its siblings, so that making one costs nothing and leaves nothing behind.
 */
export class LaneBackends {
  readonly #queueKeys: QueueKeys
  readonly #keys = new Map<string, ReturnType<QueueKeys['getKeys']>>()
  #opening: Promise<OpenBackend> | undefined
  #open: OpenBackend | undefined

  constructor(
    private readonly connection: Connection,
    private readonly prefix: string,
  ) {
    this.#queueKeys = new QueueKeys(prefix)
  }

  /** The backend that all lanes share, once it is open. */
  get opened(): OpenBackend | undefined {
    return this.#open
  }

  /** Opens it: BullMQ asks the broker for its version first, so the connection must be ready. */
  open(): Promise<OpenBackend> {
    this.#opening ??= this.#ask().catch((error) => {
      this.#opening = undefined
      throw error
    })
    return this.#opening
  }

  /** The operations on one lane. */
  async of(lane: string): Promise<RedisQueueBackend> {
    return (await this.open()).backend.forQueue(lane) as RedisQueueBackend
  }

  /** A lane's keys, as BullMQ's scripts want them. */
  keysOf(lane: string): ReturnType<QueueKeys['getKeys']> {
    const keys = this.#keys.get(lane) ?? this.#queueKeys.getKeys(lane)
    this.#keys.set(lane, keys)
    return keys
  }

  async #ask(): Promise<OpenBackend> {
    const backend = createBackend('any', this.connection, this.prefix)
    backend.on('error', () => {})
    this.#open = { backend, client: await backend.client }
    return this.#open
  }
}

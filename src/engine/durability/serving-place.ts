import type { Cluster, Redis } from 'ioredis'
import type { Connection } from '../connection/connection.js'

/** The socket that commands go over now; undefined while there is none. Another one is another object. */
export type Place = object | undefined

/** Tells over which socket a key is reached: on a Cluster, that of the node which has it. */
export class ServingPlace {
  #slot: number | undefined

  constructor(
    private readonly connection: Connection,
    private readonly key: string,
  ) {}

  /** As {@link now}; asks a Cluster, the first time, in which slot the key is. */
  async find(): Promise<Place> {
    if (this.connection.isCluster) this.#slot ??= Number(await this.connection.cluster('KEYSLOT', this.key))
    return this.now
  }

  get now(): Place {
    const { connection } = this
    if (!connection.isCluster) return (connection as Redis as { stream?: object }).stream
    const { slots, nodes } = connection as Cluster
    const [node] = slots[this.#slot ?? -1] ?? []
    const serving = nodes.call(connection, 'all').find(({ options }) => `${options.host}:${options.port}` === node)
    return (serving as { stream?: object } | undefined)?.stream
  }
}

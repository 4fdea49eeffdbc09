import { setTimeout } from 'node:timers/promises'
import type { Kit } from './kit.ts'
import { freePort, type RedisServer } from './redis-server.ts'

const SLOTS = 16_384
/** Keys that are moved at once. */
const MOVED = 20

/** A node of a Cluster, and its name there. */
export interface ClusterNode {
  readonly server: RedisServer
  readonly id: string
}

/** A Redis Cluster of masters that share all slots. */
export class ClusterOf {
  readonly nodes: readonly ClusterNode[]

  private constructor(nodes: readonly ClusterNode[]) {
    this.nodes = nodes
  }

  static async start(kit: Kit, size = 3): Promise<ClusterOf> {
    const nodes = await Promise.all(Array.from({ length: size }, () => startNode(kit)))
    await Promise.all(nodes.map(({ server }, index) => server.admin.call('cluster', ...slotsOf(index, size))))
    for (const { server } of nodes) {
      for (const { server: other, bus } of nodes)
        await server.admin.call('cluster', 'meet', '127.0.0.1', other.port, bus)
    }
    for (const { server } of nodes) {
      while (!String(await server.admin.call('cluster', 'info')).includes('cluster_state:ok')) await setTimeout(50)
    }
    return new ClusterOf(nodes)
  }

  /** What an app is told of it. */
  get hosts(): { host: string; port: number }[] {
    return this.nodes.map(({ server }) => ({ host: '127.0.0.1', port: server.port }))
  }

  /** Which slot a key is in. */
  async slotOf(key: string): Promise<number> {
    return Number(await this.#first.server.admin.call('cluster', 'keyslot', key))
  }

  /** The node that has a slot. */
  async ownerOf(slot: number): Promise<ClusterNode> {
    const shards = (await this.#first.server.admin.call('cluster', 'slots')) as [number, number, [string, number]][]
    const port = shards.find(([from, to]) => from <= slot && slot <= to)?.[2][1]
    const owner = this.nodes.find(({ server }) => server.port === port)
    if (owner === undefined) throw new Error(`no node has the slot ${slot}`)
    return owner
  }

  /**
   * Moves a slot with all its keys to another node, as `redis-cli --cluster reshard` does, while it is in use.
   *
   * @returns how many keys were moved
   */
  async moveSlot(slot: number, from: ClusterNode, to: ClusterNode): Promise<number> {
    await to.server.admin.call('cluster', 'setslot', slot, 'importing', from.id)
    await from.server.admin.call('cluster', 'setslot', slot, 'migrating', to.id)
    let moved = 0
    for (;;) {
      const keys = (await from.server.admin.call('cluster', 'getkeysinslot', slot, MOVED)) as string[]
      if (keys.length === 0) break
      await from.server.admin.call('migrate', '127.0.0.1', to.server.port, '', 0, 5000, 'KEYS', ...keys)
      moved += keys.length
    }
    // The new owner first, so that nobody is sent to one that does not have it yet.
    for (const { server } of [to, from, ...this.nodes])
      await server.admin.call('cluster', 'setslot', slot, 'node', to.id)
    return moved
  }

  get #first(): ClusterNode {
    const [first] = this.nodes
    if (first === undefined) throw new Error('a cluster has nodes')
    return first
  }
}

async function startNode(kit: Kit): Promise<ClusterNode & { readonly bus: number }> {
  const bus = await freePort()
  const server = await kit.redis({
    lines: [
      'cluster-enabled yes',
      `cluster-port ${bus}`,
      'cluster-config-file nodes.conf',
      'cluster-node-timeout 5000',
    ],
  })
  return { server, bus, id: String(await server.admin.call('cluster', 'myid')) }
}

function slotsOf(index: number, size: number): (string | number)[] {
  const bound = (at: number) => Math.floor((SLOTS * at) / size)
  return ['addslotsrange', bound(index), bound(index + 1) - 1]
}

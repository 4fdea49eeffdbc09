import type { Kit } from './kit.ts'
import { freePort, type RedisServer } from './redis-server.ts'

/** Under this name its Sentinels know the master. */
const MASTER = 'jobs'

/** A master, a replica, and three Sentinels that make the one the other's successor. */
export class SentinelSet {
  readonly servers: readonly RedisServer[]
  readonly sentinels: readonly RedisServer[]

  private constructor(servers: readonly RedisServer[], sentinels: readonly RedisServer[]) {
    this.servers = servers
    this.sentinels = sentinels
  }

  /** @param downAfterMs how long a master says nothing before a Sentinel takes it for down */
  static async start(kit: Kit, downAfterMs: number): Promise<SentinelSet> {
    const master = await kit.redis({ lines: REPLICATION })
    const replica = await kit.redis({ lines: [...REPLICATION, `replicaof 127.0.0.1 ${master.port}`] })
    await hasReplica(master)
    const sentinels: RedisServer[] = []
    for (let count = 0; count < 3; count++) {
      const lines = [
        `sentinel monitor ${MASTER} 127.0.0.1 ${master.port} 2`,
        `sentinel down-after-milliseconds ${MASTER} ${downAfterMs}`,
        `sentinel failover-timeout ${MASTER} 1500`,
      ]
      sentinels.push(await kit.redis({ port: await freePort(), lines, flags: ['--sentinel'] }))
    }
    const set = new SentinelSet([master, replica], sentinels)
    await set.#allKnow()
    return set
  }

  /** As a project's broker. */
  get broker(): { readonly sentinels: readonly { host: string; port: number }[]; readonly name: string } {
    return { sentinels: this.sentinels.map(({ port }) => ({ host: '127.0.0.1', port })), name: MASTER }
  }

  /** The server that the Sentinels call the master now. */
  async master(): Promise<RedisServer> {
    const { admin } = this.sentinels[0] as RedisServer
    const [, port] = (await admin.call('sentinel', 'get-master-addr-by-name', MASTER)) as string[]
    const master = this.servers.find((server) => server.port === Number(port))
    if (master === undefined) throw new Error(`the Sentinels name a master that is none: ${port}`)
    return master
  }

  /** Resolves with the new master, when it is named and takes writes. */
  async successorOf(old: RedisServer): Promise<RedisServer> {
    for (;;) {
      const master = await this.master()
      if (master !== old && (await roleOf(master)) === 'master') return master
      await pause()
    }
  }

  /** Puts a server that was down behind the master, and resolves when it has all that the master has. */
  async rejoin(server: RedisServer, master: RedisServer): Promise<void> {
    await server.admin.replicaof('127.0.0.1', master.port)
    await hasReplica(master)
    await this.#allKnow()
  }

  /** Resolves when each Sentinel knows the others and the replica, and is done with the last failover. */
  async #allKnow(): Promise<void> {
    for (const { admin } of this.sentinels) {
      for (;;) {
        const facts = toRecord((await admin.call('sentinel', 'master', MASTER)) as string[])
        const replicas = (await admin.call('sentinel', 'replicas', MASTER)) as string[][]
        const isCalm = replicas.some((replica) => toRecord(replica).flags === 'slave') && facts.flags === 'master'
        if (isCalm && facts['num-other-sentinels'] === '2') break
        await pause()
      }
    }
  }
}

/** So that a replica is behind its master in no time, and a failover need not wait. */
const REPLICATION = ['repl-diskless-sync yes', 'repl-diskless-sync-delay 0', 'repl-ping-replica-period 1']

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 50))

const roleOf = async ({ admin }: RedisServer): Promise<string> => ((await admin.call('role')) as [string])[0]

async function hasReplica({ admin }: RedisServer): Promise<void> {
  while (!/state=online/.test(await admin.info('replication'))) await pause()
}

function toRecord(pairs: readonly string[]): Partial<Record<string, string>> {
  return Object.fromEntries(pairs.flatMap((name, at) => (at % 2 === 0 ? [[name, pairs[at + 1]]] : [])))
}

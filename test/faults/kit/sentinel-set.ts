import type { Kit } from './kit.ts'
import { freePort, type RedisServer } from './redis-server.ts'

/** Under this name its Sentinels know the master. */
const MASTER = 'jobs'

/** A master, two replicas, and three Sentinels that make one of them its successor. The other still acknowledges then. */
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
    const lines = [...REPLICATION, `replicaof 127.0.0.1 ${master.port}`]
    const replicas = [await kit.redis({ lines }), await kit.redis({ lines })]
    for (const replica of replicas) await follows(replica, master)
    const sentinels: RedisServer[] = []
    for (let count = 0; count < 3; count++) {
      const lines = [
        `sentinel monitor ${MASTER} 127.0.0.1 ${master.port} 2`,
        `sentinel down-after-milliseconds ${MASTER} ${downAfterMs}`,
        `sentinel failover-timeout ${MASTER} 1500`,
      ]
      sentinels.push(await kit.redis({ port: await freePort(), lines, flags: ['--sentinel'] }))
    }
    const set = new SentinelSet([master, ...replicas], sentinels)
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

  /**
   * Wakes a server that was down, puts it behind the master, and resolves when all have what the master has. Not before
   * the other replica has left it: that would take over what it has.
   */
  async rejoin(server: RedisServer, wake: () => unknown): Promise<void> {
    await this.#allFollow(this.servers.filter((other) => other !== server))
    await wake()
    await this.#allFollow(this.servers)
    await this.#allKnow()
  }

  /** Where the machine is slow, the Sentinels may have named another master meanwhile. */
  async #allFollow(servers: readonly RedisServer[]): Promise<void> {
    for (;;) {
      const master = await this.master()
      const replicas = servers.filter((server) => server !== master)
      const facts = await master.admin.info('replication')
      const others = replicas.filter(({ port }) => !facts.includes(`port=${port},state=online`))
      if (others.length === 0) return
      for (const other of others) {
        if ((await roleOf(other)) === 'master') await other.admin.replicaof('127.0.0.1', master.port)
      }
      await pause()
    }
  }

  /** Resolves when each Sentinel knows the others and the replica, and is done with the last failover. */
  async #allKnow(): Promise<void> {
    for (const { admin } of this.sentinels) {
      for (;;) {
        const facts = toRecord((await admin.call('sentinel', 'master', MASTER)) as string[])
        const replicas = (await admin.call('sentinel', 'replicas', MASTER)) as string[][]
        const areThere = replicas.filter((replica) => toRecord(replica).flags === 'slave').length === 2
        const isCalm = areThere && facts.flags === 'master'
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

async function follows(replica: RedisServer, { admin }: RedisServer): Promise<void> {
  const isOnline = new RegExp(`port=${replica.port},state=online`)
  while (!isOnline.test(await admin.info('replication'))) await pause()
}

function toRecord(pairs: readonly string[]): Partial<Record<string, string>> {
  return Object.fromEntries(pairs.flatMap((name, at) => (at % 2 === 0 ? [[name, pairs[at + 1]]] : [])))
}

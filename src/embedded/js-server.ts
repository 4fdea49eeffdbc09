import type { AddressInfo, ListenOptions, Server, Socket } from 'node:net'
import {
  createRedisCommandExecutor,
  RedisKeyspace,
  RedisMutationBus,
  RedisServerState,
  Resp2Server,
} from 'js-redis-server/core'
import { loadSnapshot, type SnapshotEntry, type SnapshotSaver, startSaver } from './js-snapshot.js'
import { unclone } from './unclone.js'

/** How to start the JavaScript engine. */
export interface JsServerOptions {
  /** Demanded from every client. Default: none. */
  readonly password?: string
  /** The file that the data are read from and saved to. Default: nothing is saved. */
  readonly snapshot?: string
  /** The shortest time between two saves, in milliseconds. Default 1000. */
  readonly snapshotEveryMs?: number
  /** The port to take when it is free. Default: any free port. */
  readonly preferredPort?: number
  /** Called when a client sends SHUTDOWN. Default: the client is disconnected, the engine stays. */
  readonly onShutdown?: () => void
  /** Gets what a user should know. Default: a process warning. */
  readonly log?: (line: string) => void
}

/** A running JavaScript engine. */
export interface JsServer {
  readonly port: number
  /** `redis://127.0.0.1:port`, with the password where there is one. */
  readonly url: string
  /** How many clients are connected now. */
  connections(): Promise<number>
  /** How many clients have ever connected. */
  connected(): number
  /** Saves, disconnects everybody and stops listening. */
  close(): Promise<void>
}

// The bundle has its own copy of the library: nobody else's is changed.
unclone(RedisKeyspace.prototype, RedisMutationBus.prototype, new RedisMutationBus())

/**
 * Starts the JavaScript engine in this process, on loopback: a Redis for development and tests. For load tests
 * and for production it is too slow, and it keeps everything in memory.
 *
 * @throws what the operating system says when there is no port, or the snapshot cannot be read from disk
 *
 * @example
 * const server = await startJsServer({})
 * const queue = new Queue('mails', { connection: { url: server.url } })
 * …
 * await server.close()
 */
export async function startJsServer(options: JsServerOptions): Promise<JsServer> {
  const log = options.log ?? ((line: string) => process.emitWarning(line))
  const state = new RedisServerState({
    // Scripts of two databases would run into each other in one Lua engine.
    databaseCount: 1,
    ...(options.password !== undefined && { requirepass: options.password }),
  })
  const saver = options.snapshot === undefined ? undefined : persist(state, options.snapshot, options, log)
  const { server } = new Resp2Server({ server: state, executor: executorOf(options) })
  const sockets = new Set<Socket>()
  let connected = 0
  server.on('connection', (socket: Socket) => {
    // Replies are small and come one by one: held back for each other, a pipeline of two takes 40 ms.
    socket.setNoDelay(true)
    connected += 1
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  await listen(server, options.preferredPort ?? 0)
  const { port } = server.address() as AddressInfo
  const close = async () => {
    saver?.stop()
    try {
      saver?.save()
    } finally {
      for (const socket of sockets) socket.destroy()
      await new Promise<void>((resolve) => server.close(() => resolve()))
      state.close()
    }
  }
  return {
    port,
    url: `redis://${options.password === undefined ? '' : `:${encodeURIComponent(options.password)}@`}127.0.0.1:${port}`,
    connections: async () => sockets.size,
    connected: () => connected,
    close,
  }
}

function executorOf(options: JsServerOptions): ReturnType<typeof createRedisCommandExecutor> {
  return createRedisCommandExecutor({
    policies: [
      {
        // Stands behind the check of the password.
        name: 'taskq-shutdown',
        beforeExecute: (plan) => {
          if (plan.definition.name === 'shutdown') options.onShutdown?.()
          return undefined
        },
      },
    ],
  })
}

function persist(
  state: RedisServerState,
  file: string,
  options: JsServerOptions,
  log: (line: string) => void,
): SnapshotSaver {
  const database = state.getDatabase(0)
  if (!loadSnapshot(file, (entries) => restore(database, entries), log)) database.flush()
  const saver = startSaver(file, database, options.snapshotEveryMs ?? 1_000, log)
  database.subscribe(saver.changed)
  return saver
}

type Database = ReturnType<RedisServerState['getDatabase']>
type Value = Parameters<Database['set']>[1]

function restore(database: Database, entries: readonly SnapshotEntry[]): void {
  const now = Date.now()
  for (const { key, value, expiresAt } of entries) {
    if (expiresAt !== undefined && expiresAt <= now) continue
    database.set(Buffer.from(key), value as Value, expiresAt === undefined ? {} : { expiresAt })
  }
}

async function listen(server: Server, preferredPort: number): Promise<void> {
  try {
    await listenOn(server, preferredPort)
  } catch (error) {
    if (preferredPort === 0) throw error
    await listenOn(server, 0)
  }
}

function listenOn(server: Server, port: number): Promise<void> {
  const options: ListenOptions = { host: '127.0.0.1', port, exclusive: true }
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(options, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

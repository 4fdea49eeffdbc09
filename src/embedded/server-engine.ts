import { type ChildProcess, spawn } from 'node:child_process'
import net, { type AddressInfo } from 'node:net'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Activity } from './keeper.js'
import { writePrivately } from './private-file.js'
import { askShutdown, ownNames, ping, waitUntilGone } from './probe.js'
import { type Address, connectResp, type RespClient } from './resp-client.js'

const REPLY_MS = 5_000
const START_MS = 15_000

/** A `redis-server` or `valkey-server` that a keeper looks after. */
export interface ServerEngine {
  activity(): Promise<Activity | undefined>
  stop(): Promise<void>
  /** Ends this server, and no other that took its port meanwhile. */
  release(): Promise<void>
}

/** A server that was just started. */
export interface StartedServer {
  readonly port: number
  readonly pid: number
}

/**
 * Starts a private server in the current folder and waits until it answers.
 *
 * @param preferredPort is taken when it is free; 0 for any
 * @param announce is called with the port before the server starts, and with its pid once it has one
 * @throws Error when the server ends, or does not answer in 15 s
 */
export async function startServer(
  binary: string,
  wanted: Address,
  announce: (port: number, pid?: number) => void,
): Promise<StartedServer> {
  for (let tries = 1; ; tries += 1) {
    const port = await freePort(tries === 1 ? wanted.port : 0)
    announce(port)
    writePrivately(path.resolve('redis.conf'), configOf(port, wanted.password))
    const child = spawn(binary, ['redis.conf'], {
      stdio: ['ignore', 'inherit', 'inherit'],
      windowsHide: true,
      // Newer servers refuse to start under a locale that is not installed.
      env: { ...process.env, LC_ALL: 'C' },
    })
    const exit = exitOf(child)
    const end = await Promise.race([exit, answers(child, { port, password: wanted.password })])
    if (end === 'answers') {
      announce(port, child.pid)
      return { port, pid: child.pid ?? 0 }
    }
    child.kill('SIGKILL')
    // Another program may have taken the port between our look and the start.
    if (end === 'silent' || tries === 3 || (await isFree(port))) throw new Error(`${path.basename(binary)} ${end}`)
  }
}

/** Looks after a server that runs, under this name of a connection. */
export function attachServer(
  address: Address,
  name: 'taskq-keeper' | 'taskq-guard',
): ServerEngine & {
  /** Connects, so that the name is seen. */
  hold(): Promise<void>
} {
  let client: RespClient | undefined
  const hold = async () => {
    if (client !== undefined) return
    const fresh = await connectResp(address, REPLY_MS)
    await fresh.ask('CLIENT', 'SETNAME', name)
    client = fresh
  }
  const look = async (): Promise<Activity> => {
    await hold()
    if (client === undefined) throw new Error('not connected')
    const [stats, list] = await Promise.all([client.ask('INFO', 'stats'), client.ask('CLIENT', 'LIST')])
    const all = list.split('\n').filter((line) => line.startsWith('id=')).length
    const made = Number(/total_connections_received:(\d+)/.exec(stats)?.[1])
    return { clients: all - ownNames(list).length, connections: made }
  }
  return {
    hold,
    activity: async () => {
      try {
        return await look()
      } catch {
        client?.close()
        client = undefined
        // Too busy to answer is not the end.
        return (await ping(address)) === 'gone' ? undefined : { clients: 1, connections: 0 }
      }
    },
    stop: async () => {
      await askShutdown(address)
      await waitUntilGone(address, REPLY_MS * 2)
      client?.close()
    },
    release: async () => {
      // By the connection of before: it ended with the server that it was to.
      await client?.ask('SHUTDOWN').catch(() => undefined)
      client?.close()
    },
  }
}

function configOf(port: number, password: string): string {
  // The folder itself is the working folder of the server: no path needs quoting.
  return [
    `port ${port}`,
    'bind 127.0.0.1',
    'protected-mode yes',
    `requirepass ${password}`,
    'daemonize no',
    'dir ./',
    'appendonly yes',
    'appendfsync everysec',
    'save ""',
    'maxmemory-policy noeviction',
    '',
  ].join('\n')
}

function exitOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(`cannot be run: ${error.message}`))
    child.once('exit', (code, signal) => resolve(`ended with ${signal ?? `exit code ${code}`}`))
  })
}

async function answers(child: ChildProcess, address: Address): Promise<'answers' | 'silent'> {
  const end = Date.now() + START_MS
  while (child.exitCode === null && child.signalCode === null && Date.now() < end) {
    if ((await ping(address)) === 'up') return 'answers'
    await delay(10)
  }
  return 'silent'
}

async function freePort(preferred: number): Promise<number> {
  if (preferred !== 0 && (await isFree(preferred))) return preferred
  return await listenOnce(0)
}

async function isFree(port: number): Promise<boolean> {
  return await listenOnce(port).then(
    () => true,
    () => false,
  )
}

function listenOnce(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = net.createServer()
    server.once('error', reject)
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      const { port: taken } = server.address() as AddressInfo
      server.close(() => resolve(taken))
    })
  })
}

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { Redis } from 'ioredis'
import { afterAll, beforeAll } from 'vitest'
import { type JsServer, startJsServer } from '../../dist/embedded/js-server.js'
import { freePort } from '../faults/kit/redis-server.js'
import { chooseBroker } from './chosen-broker.js'

/** A broker of the tests' own, on loopback, that keeps nothing on disk. */
export interface TestBroker {
  readonly kind: 'redis' | 'embedded'
  readonly url: string
  readonly port: number
  /** Ends it, as a crash would: nobody is told, nothing is kept. */
  stop(): Promise<void>
  /** Ends it and starts an empty one on the same port; also starts one that was stopped. */
  restart(): Promise<void>
  /** Holds the server's process still: connections stay open, nothing is answered. Redis only. */
  pause(): void
  resume(): void
}

export interface BrokerOptions {
  /** Demanded from every client. Default: none. */
  readonly password?: string
}

/** Why a test that needs a real Redis cannot run here; undefined where it can. */
export const noRedis = chooseBroker().kind === 'redis' ? undefined : 'needs a real Redis'

/** Starts the broker that the tests were told to run on. */
export function startBroker(options: BrokerOptions = {}): Promise<TestBroker> {
  return chooseBroker().kind === 'redis' ? startRedis(options) : startEmbedded(options)
}

/** A broker for a whole test file. Use it inside tests only: it starts before the first. */
export function brokerOfFile(options: BrokerOptions = {}): TestBroker {
  let started: TestBroker | undefined
  beforeAll(async () => {
    started = await startBroker(options)
  })
  afterAll(() => started?.stop())
  return new Proxy({} as TestBroker, {
    get: (_, key) => {
      if (started === undefined) throw new Error('the broker of this file has not started yet')
      return Reflect.get(started, key)
    },
  })
}

async function startRedis({ password }: BrokerOptions): Promise<TestBroker> {
  const port = await freePort()
  const url = `redis://${password === undefined ? '' : `:${encodeURIComponent(password)}@`}127.0.0.1:${port}`
  let server: ChildProcess | undefined
  const start = async () => {
    server = spawn('redis-server', redisArguments(port, password), { stdio: 'ignore' })
    await answers(url, server)
  }
  const stop = async () => {
    const ending = server
    server = undefined
    if (ending === undefined || ending.exitCode !== null) return
    const ended = once(ending, 'exit')
    ending.kill('SIGKILL')
    await ended
  }
  await start()
  return {
    kind: 'redis',
    url,
    port,
    stop,
    restart: async () => {
      await stop()
      await start()
    },
    pause: () => void server?.kill('SIGSTOP'),
    resume: () => void server?.kill('SIGCONT'),
  }
}

function redisArguments(port: number, password: string | undefined): string[] {
  const settings = {
    port,
    bind: '127.0.0.1',
    save: '',
    appendonly: 'no',
    dir: tmpdir(),
    ...(password && { requirepass: password }),
  }
  return Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)])
}

/** Waits until the server takes commands. */
async function answers(url: string, server: ChildProcess): Promise<void> {
  const client = new Redis(url, { retryStrategy: () => 20, maxRetriesPerRequest: null })
  client.on('error', () => {})
  const died = once(server, 'exit').then(([code]) => {
    throw new Error(`redis-server ended with ${code}`)
  })
  try {
    await Promise.race([client.ping(), died])
  } finally {
    died.catch(() => {})
    client.disconnect()
  }
}

async function startEmbedded({ password }: BrokerOptions): Promise<TestBroker> {
  const options = password === undefined ? {} : { password }
  let server: JsServer | undefined = await startJsServer(options)
  const { port, url } = server
  const stop = async () => {
    await server?.close()
    server = undefined
  }
  const refuse = () => {
    throw new Error('the embedded broker runs in this process and cannot be paused')
  }
  const restart = async () => {
    await stop()
    server = await startJsServer({ ...options, preferredPort: port })
    if (server.port !== port) throw new Error(`port ${port} was taken meanwhile`)
  }
  return { kind: 'embedded', url, port, stop, restart, pause: refuse, resume: refuse }
}

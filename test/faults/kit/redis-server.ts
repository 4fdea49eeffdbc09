import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { Redis } from 'ioredis'

/** How a server is set up. */
export interface RedisServerOptions {
  /** When what was written is on disk. Default: nothing is kept on disk. */
  readonly appendfsync?: 'always' | 'everysec' | 'no'
  /** Demanded of every client. */
  readonly password?: string
  /** More lines of its redis.conf. */
  readonly lines?: readonly string[]
  /** How its own admin connects, beside port and password, where it is not by plain TCP. */
  readonly admin?: { readonly tls?: { readonly ca: string; readonly servername: string }; readonly username?: string }
  /** Default: a free one. */
  readonly port?: number
  /** Started as `redis-server FILE …flags`: `--sentinel`. */
  readonly flags?: readonly string[]
  /** A program that becomes the server, whose command line follows: it decides what the server inherits. */
  readonly through?: readonly string[]
  readonly env?: NodeJS.ProcessEnv
  /** Told of each process, as it is started. */
  readonly onStarted?: (child: ChildProcess) => void
}

/** A real redis-server on loopback, which can be killed, held still and started again on what it kept. */
export class RedisServer {
  #child: ChildProcess | undefined
  #admin: Redis | undefined

  readonly port: number
  readonly dir: string
  readonly #options: RedisServerOptions

  private constructor(port: number, dir: string, options: RedisServerOptions) {
    this.port = port
    this.dir = dir
    this.#options = options
  }

  /** Starts one whose files are in `dir`; resolves when it answers. */
  static async start(dir: string, options: RedisServerOptions = {}): Promise<RedisServer> {
    const port = options.port ?? (await freePort())
    const folder = join(dir, `redis-${port}`)
    mkdirSync(folder, { recursive: true })
    const server = new RedisServer(port, folder, options)
    server.#writeConfig()
    await server.start()
    return server
  }

  get url(): string {
    const { password } = this.#options
    return `redis://${password === undefined ? '' : `:${encodeURIComponent(password)}@`}127.0.0.1:${this.port}`
  }

  get pid(): number {
    return this.#child?.pid ?? 0
  }

  get isRunning(): boolean {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null
  }

  get isSentinel(): boolean {
    return this.#options.flags?.includes('--sentinel') ?? false
  }

  /** A connection for the row's own questions; it waits for a server that is down. */
  get admin(): Redis {
    this.#admin ??= this.#connect()
    return this.#admin
  }

  /** Starts it again on what it kept, and resolves when it answers: when its file is loaded. */
  async start(): Promise<void> {
    if (this.isRunning) return
    const { flags = [], through = [], env = process.env, onStarted } = this.#options
    const [program = '', ...args] = [...through, 'redis-server', join(this.dir, 'redis.conf'), ...flags]
    const child = spawn(program, args, { stdio: 'ignore', env })
    this.#child = child
    onStarted?.(child)
    const died = once(child, 'exit').then(([code]) => {
      throw new Error(`redis-server on port ${this.port} ended with ${code}; see ${this.dir}/redis.log`)
    })
    died.catch(() => {})
    await Promise.race([this.#answers(), died])
  }

  /** Ends it without a word, as a crash does. What the kernel has is on disk; what Redis still held is not. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL')
  }

  /** Ends it in order. */
  async stop(): Promise<void> {
    await this.#end('SIGTERM')
  }

  /** Holds it still: connections stay open, nothing is answered. */
  freeze(): void {
    this.#child?.kill('SIGSTOP')
  }

  thaw(): void {
    this.#child?.kill('SIGCONT')
  }

  async close(): Promise<void> {
    this.#admin?.disconnect()
    await this.kill()
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child
    if (child === undefined || !this.isRunning) return
    const ended = once(child, 'exit')
    child.kill(signal)
    await ended
  }

  async #answers(): Promise<void> {
    const probe = this.#connect()
    try {
      // Sentinels and servers that load answer PING with an error, or do not take it at once.
      for (;;) {
        const answer = await probe.ping().catch((error: Error) => error.message)
        if (!/LOADING/.test(answer)) return
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
    } finally {
      probe.disconnect()
    }
  }

  #connect(): Redis {
    const { password, admin } = this.#options
    const options = {
      host: '127.0.0.1',
      port: this.port,
      retryStrategy: () => 20,
      maxRetriesPerRequest: null,
      ...(password !== undefined && { password }),
      ...admin,
    }
    const client = new Redis(options)
    client.on('error', () => {})
    return client
  }

  #writeConfig(): void {
    const { appendfsync, password, lines = [] } = this.#options
    const config = [
      'bind 127.0.0.1',
      `port ${this.port}`,
      `dir "${this.dir}"`,
      'logfile "redis.log"',
      'save ""',
      'enable-debug-command local',
      ...(appendfsync === undefined ? [] : ['appendonly yes', `appendfsync ${appendfsync}`]),
      ...(password === undefined ? [] : [`requirepass ${password}`]),
      // Last, so that a row may say otherwise.
      ...lines,
    ]
    writeFileSync(join(this.dir, 'redis.conf'), `${config.join('\n')}\n`)
  }
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no free port')
  return address.port
}

import { once } from 'node:events'
import net from 'node:net'
import { onTestFinished } from 'vitest'

/**
 * - `pass`: carries everything
 * - `refuse`: ends new connections at once
 * - `blackhole`: accepts everything, carries nothing
 */
export type ProxyMode = 'pass' | 'refuse' | 'blackhole'

/** A network that misbehaves on demand, between a client and a broker. */
export class TcpProxy {
  mode: ProxyMode = 'pass'
  /** How many replies were dropped by {@link dropReply}. */
  dropped = 0
  readonly #server: net.Server
  readonly #sockets = new Set<net.Socket>()
  #matcher: ((request: string) => boolean) | undefined

  constructor(private readonly targetPort: number) {
    this.#server = net.createServer((client) => this.#carry(client))
  }

  async start(): Promise<void> {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
  }

  get port(): number {
    return (this.#server.address() as net.AddressInfo).port
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`
  }

  /** Loses the reply to the next request that matches: the broker has done the work, the client sees a cut. */
  dropReply(matches: (request: string) => boolean): void {
    this.#matcher = matches
  }

  /** Cuts every connection. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  async close(): Promise<void> {
    this.cut()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #carry(client: net.Socket): void {
    this.#keep(client)
    if (this.mode === 'refuse') return void client.destroy()
    const broker = this.#keep(net.connect(this.targetPort, '127.0.0.1'))
    let losesNext = false
    client.on('data', (chunk) => {
      if (this.mode === 'blackhole') return
      if (this.#matcher?.(chunk.toString('latin1'))) {
        this.#matcher = undefined
        losesNext = true
      }
      broker.write(chunk)
    })
    broker.on('data', (chunk) => {
      if (this.mode === 'blackhole') return
      if (!losesNext) return void client.write(chunk)
      this.dropped++
      client.destroy()
    })
    client.on('close', () => broker.destroy())
    broker.on('close', () => client.destroy())
  }

  #keep(socket: net.Socket): net.Socket {
    this.#sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => this.#sockets.delete(socket))
    return socket
  }
}

/** Starts a proxy before a broker; closed when the test ends. */
export async function proxyTo({ port }: { readonly port: number }): Promise<TcpProxy> {
  const proxy = new TcpProxy(port)
  await proxy.start()
  onTestFinished(() => proxy.close())
  return proxy
}

import { once } from 'node:events'
import net from 'node:net'
import type { Readable, Writable } from 'node:stream'

/**
 * - `pass`: carries everything
 * - `refuse`: ends new connections at once
 * - `blackhole`: accepts everything, carries nothing
 */
export type ProxyMode = 'pass' | 'refuse' | 'blackhole'

/** A network that misbehaves on demand, between clients and a server. */
export class TcpProxy {
  mode: ProxyMode = 'pass'
  /** How long each piece takes, each way, in milliseconds. */
  delay: () => number = () => 0
  /** Bytes per millisecond, each way. Default: no bound. */
  bytesPerMs = Number.POSITIVE_INFINITY
  /** Replies that were lost. */
  dropped = 0
  /** When connections came, in milliseconds since 1970. */
  readonly accepted: number[] = []
  readonly #server = net.createServer((client) => this.#carry(client))
  readonly #sockets = new Set<net.Socket>()
  #losesReplyTo: ((request: string) => boolean) | undefined

  #targetPort: number

  private constructor(targetPort: number) {
    this.#targetPort = targetPort
  }

  static async start(targetPort: number): Promise<TcpProxy> {
    const proxy = new TcpProxy(targetPort)
    proxy.#server.listen(0, '127.0.0.1')
    await once(proxy.#server, 'listening')
    return proxy
  }

  get port(): number {
    return (this.#server.address() as net.AddressInfo).port
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`
  }

  get connections(): number {
    return this.#sockets.size / 2
  }

  /**
   * Loses the reply to each request that fits, while the function says so: the server has done the work, the client
   * sees a cut. `undefined` ends it.
   */
  loseReplies(fits: ((request: string) => boolean) | undefined): void {
    this.#losesReplyTo = fits
  }

  /** Loses the reply to the next request that fits. */
  loseReply(fits: (request: string) => boolean): void {
    this.loseReplies((request) => {
      const isIt = fits(request)
      if (isIt) this.loseReplies(undefined)
      return isIt
    })
  }

  /** Cuts every connection, in the middle of whatever is under way. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  /** As {@link cut}, by RST. */
  reset(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy()
  }

  /** Carries to another server from now on; what was connected is cut. */
  moveTo(targetPort: number): void {
    this.#targetPort = targetPort
    this.cut()
  }

  async close(): Promise<void> {
    this.cut()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #carry(client: net.Socket): void {
    this.#keep(client)
    if (this.mode === 'refuse') return void client.destroy()
    this.accepted.push(Date.now())
    const server = this.#keep(net.connect(this.#targetPort, '127.0.0.1'))
    client.setNoDelay(true)
    server.setNoDelay(true)
    const losing = { isDue: false }
    const requests = this.#lane(client, server)
    const replies = this.#lane(server, client)
    client.on('data', (piece) => {
      if (this.mode === 'blackhole') return
      if (this.#losesReplyTo?.(piece.toString('latin1'))) losing.isDue = true
      requests(piece)
    })
    server.on('data', (piece) => {
      if (this.mode === 'blackhole') return
      if (!losing.isDue) return replies(piece)
      this.dropped++
      client.destroy()
    })
    client.on('close', () => server.destroy())
    server.on('close', () => client.destroy())
  }

  /** Carries pieces one way: each after its time, none before an earlier one. */
  #lane(from: Readable, to: Writable): (piece: Buffer) => void {
    let busyUntil = 0
    // Timers that are due together may fire in any order.
    const waiting: Buffer[] = []
    return (piece) => {
      const takes = this.delay()
      if (takes === 0 && this.bytesPerMs === Number.POSITIVE_INFINITY && waiting.length === 0)
        return void to.write(piece)
      busyUntil = Math.max(busyUntil, Date.now() + takes) + piece.length / this.bytesPerMs
      waiting.push(piece)
      setTimeout(() => {
        const next = waiting.shift()
        if (!from.destroyed) to.write(next)
      }, busyUntil - Date.now())
    }
  }

  #keep(socket: net.Socket): net.Socket {
    this.#sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => this.#sockets.delete(socket))
    return socket
  }
}

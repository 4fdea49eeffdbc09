import net from 'node:net'

/** Where a broker listens on loopback. */
export interface Address {
  readonly port: number
  readonly password: string
}

/** A connection for the few commands that the broker's keepers need. */
export interface RespClient {
  /** Sends one command; gives the reply as text. Rejects on an error reply, a timeout or a lost connection. */
  ask(...command: string[]): Promise<string>
  close(): void
}

/** What the other side said, when it said no. */
export class RespReplyError extends Error {}

/** Thrown when the other side took the connection and then was silent. */
export class RespTimeout extends Error {}

interface Waiter {
  readonly timer: NodeJS.Timeout
  resolve(reply: string): void
  reject(error: Error): void
}

/**
 * Connects and authenticates.
 *
 * @param timeoutMs for the connection and for every reply
 */
export async function connectResp(address: Address, timeoutMs: number): Promise<RespClient> {
  const socket = await connect(address.port, timeoutMs)
  const client = clientOf(socket, timeoutMs)
  try {
    await client.ask('AUTH', address.password)
    return client
  } catch (error) {
    client.close()
    throw error
  }
}

function connect(port: number, timeoutMs: number): Promise<net.Socket> {
  return new Promise((resolve, reject) => {
    const socket = net.connect({ port, host: '127.0.0.1' })
    const timer = setTimeout(() => socket.destroy(new RespTimeout('no connection in time')), timeoutMs)
    socket.once('error', reject)
    socket.once('close', () => clearTimeout(timer))
    socket.once('connect', () => {
      clearTimeout(timer)
      resolve(socket)
    })
  })
}

function clientOf(socket: net.Socket, timeoutMs: number): RespClient {
  const waiters: Waiter[] = []
  let buffered = ''
  const fail = (error: Error) => {
    for (const waiter of waiters.splice(0)) {
      clearTimeout(waiter.timer)
      waiter.reject(error)
    }
  }
  // latin1 keeps one character per byte, which is what the lengths in the protocol count.
  socket.setEncoding('latin1')
  socket.on('error', fail)
  socket.on('close', () => fail(new Error('the connection was closed')))
  socket.on('data', (chunk) => {
    buffered = settle(buffered + chunk, waiters, socket)
  })
  const ask = (...command: string[]) =>
    new Promise<string>((resolve, reject) => {
      if (socket.destroyed) return reject(new Error('the connection is closed'))
      const timer = setTimeout(() => socket.destroy(new RespTimeout('no reply in time')), timeoutMs)
      waiters.push({ timer, resolve, reject })
      socket.write(encode(command))
    })
  return { ask, close: () => socket.destroy() }
}

/** Hands every whole reply to the one who waits for it; gives back what is left. */
function settle(buffered: string, waiters: Waiter[], socket: net.Socket): string {
  let rest = buffered
  for (;;) {
    const reply = takeReply(rest)
    if (reply === undefined) return rest
    if (!'+-:$'.includes(reply.kind)) {
      socket.destroy(new RespReplyError('this is no Redis protocol'))
      return ''
    }
    rest = rest.slice(reply.length)
    const waiter = waiters.shift()
    clearTimeout(waiter?.timer)
    if (reply.kind === '-') waiter?.reject(new RespReplyError(reply.text))
    else waiter?.resolve(reply.text)
  }
}

interface Reply {
  readonly kind: string
  readonly text: string
  /** How many characters it took. */
  readonly length: number
}

/** The first whole reply; undefined while more must come. */
function takeReply(buffered: string): Reply | undefined {
  const end = buffered.indexOf('\r\n')
  if (end === -1) return undefined
  const kind = buffered.slice(0, 1)
  const line = buffered.slice(1, end)
  const start = end + 2
  if (kind !== '$' || line === '-1') return { kind, text: line, length: start }
  const stop = start + Number(line)
  return buffered.length < stop + 2 ? undefined : { kind, text: buffered.slice(start, stop), length: stop + 2 }
}

function encode(command: readonly string[]): string {
  const parts = command.map((part) => `$${Buffer.byteLength(part)}\r\n${part}\r\n`)
  return `*${command.length}\r\n${parts.join('')}`
}

import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { TaskqError } from '../errors/taskq-error.js'

/** Where a server listens. */
export interface ListenOptions {
  /** 0 for a free one. */
  readonly port: number
  readonly host: string
  /** What is served, and how its flags begin: `--metrics-port`. */
  readonly what: 'metrics' | 'health'
}

/** A server that listens. */
export interface Listening {
  readonly port: number
  /** Ends it, and every connection to it. */
  close(): Promise<void>
}

/** More connections than a monitoring needs are refused: they must not eat the worker's files and memory. */
const MOST_CONNECTIONS = 256
/** Where there are more, an answer ends its connection: those who ask seldom must not keep others out. */
const MOST_LASTING = 64

/** Short limits: whoever asks is a program nearby, and whoever is slow is none. */
const LIMITS = {
  maxHeaderSize: 8192,
  headersTimeout: 5000,
  requestTimeout: 5000,
  keepAliveTimeout: 5000,
  connectionsCheckingInterval: 1000,
}

/** A connection over which nothing goes for so long is closed, whatever it waits for. */
const IDLE_MS = 30_000

/**
 * Listens for HTTP.
 *
 * @throws TaskqError `TASKQ_METRICS_LISTEN` where the port is taken, or the address cannot be used
 */
export async function listen(options: ListenOptions, answer: RequestListener): Promise<Listening> {
  const connections = new Set<Socket>()
  const server = createServer(LIMITS, (request, response) => {
    if (connections.size > MOST_LASTING) response.shouldKeepAlive = false
    answer(request, response)
  })
  server.on('connection', (socket) => {
    connections.add(socket)
    socket.once('close', () => connections.delete(socket))
  })
  server.maxConnections = MOST_CONNECTIONS
  server.setTimeout(IDLE_MS)
  server.on('clientError', refuseBadRequest)
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(cannotListen(options, error)))
    server.listen({ port: options.port, host: options.host }, resolve)
  })
  // Such as no more files for a connection: the worker goes on.
  server.on('error', () => {})
  return { port: (server.address() as AddressInfo).port, close: () => end(server) }
}

function refuseBadRequest(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
  const status = STATUS_OF[error.code ?? ''] ?? '400 Bad Request'
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`, () => socket.destroy())
}

const STATUS_OF: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
}

async function end(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  server.closeAllConnections()
  await closed
}

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another process listens there',
  EADDRNOTAVAIL: 'this machine does not have the address',
  ENOTFOUND: 'the host is not known',
  EACCES: 'this user may not listen there',
}

function cannotListen({ host, port, what }: ListenOptions, error: NodeJS.ErrnoException): TaskqError {
  const reason = REASONS[error.code ?? ''] ?? error.code ?? error.message
  return new TaskqError('TASKQ_METRICS_LISTEN', `${what} cannot be served on ${host} port ${port}: ${reason}`, {
    hint: `Choose another port with --${what}-port (0 takes a free one), or another address with --${what}-host.`,
    cause: error,
  })
}

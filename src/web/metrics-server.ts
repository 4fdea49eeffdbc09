import type { IncomingMessage, ServerResponse } from 'node:http'
import { Registry } from 'prom-client'
import type { WorkerEventSink } from '../events/worker-event.js'
import { BrokerMetrics } from './broker-metrics.js'
import { BrokerWatch, type WatchedEngine } from './broker-watch.js'
import { EventLoopLag } from './event-loop-lag.js'
import { type HealthReport, judgeLive, judgeReady } from './health.js'
import { listen } from './listen.js'
import { addProcessMetrics } from './process-metrics.js'
import { WorkerMetrics } from './worker-metrics.js'
import type { WorkerView } from './worker-view.js'

/** What a metrics server tells of, and where. */
export interface MetricsServerOptions {
  /** 0 for a free one. */
  readonly port: number
  /** The address to listen on. Default `127.0.0.1`: nobody but this machine can ask, for there is no password. */
  readonly host?: string
  /** Asked at each look, for an embedded broker that died is replaced by another one. */
  readonly engine: () => Promise<WatchedEngine>
  /** The tasks that the worker knows. */
  readonly tasks: Iterable<string>
  readonly version: string
  /** How the worker stands now. */
  readonly view: () => WorkerView
}

/** Metrics and health of one worker, by HTTP. */
export interface MetricsServer {
  /** `http://127.0.0.1:9100` */
  readonly url: string
  /** Told of all that the worker tells. */
  readonly onEvent: WorkerEventSink
  close(): Promise<void>
}

const DEFAULT_HOST = '127.0.0.1'

/**
 * Serves `/metrics`, `/health/live` and `/health/ready`.
 *
 * @throws TaskqError `TASKQ_METRICS_LISTEN`
 */
export async function startMetricsServer(options: MetricsServerOptions): Promise<MetricsServer> {
  const { port, host = DEFAULT_HOST, engine, tasks, version, view } = options
  const registry = new Registry()
  const broker = new BrokerWatch(engine)
  const ofBroker = new BrokerMetrics(registry)
  const ofWorker = new WorkerMetrics(registry, tasks)
  const pages = new Map<string, Page>([
    [
      '/metrics',
      async () => {
        ofBroker.set(await broker.look())
        return { status: 200, type: registry.contentType, body: await registry.metrics() }
      },
    ],
    ['/health/live', async () => health(judgeLive(view()))],
    ['/health/ready', async () => health(judgeReady(view(), (await broker.look()) !== undefined))],
  ])
  const server = await listen({ port, host }, (request, response) => void answer(pages, request, response))
  const lag = new EventLoopLag()
  addProcessMetrics(registry, { version, view, lag })
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${server.port}`,
    onEvent: ofWorker.onEvent,
    close: async () => {
      lag.stop()
      await server.close()
    },
  }
}

interface Reply {
  readonly status: number
  readonly type: string
  readonly body: string
  readonly headers?: Readonly<Record<string, string>>
}

type Page = () => Promise<Reply>

const text = (status: number, body: string, headers = {}): Reply => ({
  status,
  type: 'text/plain; charset=utf-8',
  body: `${body}\n`,
  headers,
})

const health = ({ ok, ...told }: HealthReport): Reply => ({
  status: ok ? 200 : 503,
  type: 'application/json',
  body: `${JSON.stringify(told)}\n`,
})

async function answer(pages: ReadonlyMap<string, Page>, request: IncomingMessage, response: ServerResponse) {
  // Whoever asked may be gone: there is nobody to tell.
  response.on('error', () => {})
  send(request, response, await replyTo(pages, request).catch(() => text(500, 'this did not work')))
}

async function replyTo(pages: ReadonlyMap<string, Page>, { method, url = '' }: IncomingMessage): Promise<Reply> {
  if (method !== 'GET' && method !== 'HEAD') return text(405, 'only GET and HEAD', { Allow: 'GET, HEAD' })
  const page = pages.get(url.split('?', 1)[0] ?? '')
  return page === undefined ? text(404, `not here; there are ${[...pages.keys()].join(', ')}`) : page()
}

function send({ method }: IncomingMessage, response: ServerResponse, { status, type, body, headers }: Reply): void {
  response.writeHead(status, {
    'Content-Type': type,
    'Content-Length': Buffer.byteLength(body),
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    // What else was sent with it is not read.
    ...(status === 405 && { Connection: 'close' }),
    ...headers,
  })
  response.end(method === 'HEAD' ? undefined : body)
}

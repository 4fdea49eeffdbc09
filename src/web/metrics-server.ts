import { Registry } from 'prom-client'
import type { WorkerEventSink } from '../events/worker-event.js'
import { BrokerMetrics } from './broker-metrics.js'
import { BrokerWatch, type WatchedEngine } from './broker-watch.js'
import { EventLoopLag } from './event-loop-lag.js'
import { healthPages } from './health.js'
import { DEFAULT_HOST, type Page, type ServedPages, servePages } from './pages.js'
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
export interface MetricsServer extends ServedPages {
  /** Told of all that the worker tells. */
  readonly onEvent: WorkerEventSink
}

/**
 * Serves `/metrics`, and the health as `/live` and `/ready`.
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
    ...healthPages(view),
  ])
  const server = await servePages({ port, host, what: 'metrics' }, pages)
  const lag = new EventLoopLag()
  addProcessMetrics(registry, { version, view, lag })
  return {
    url: server.url,
    onEvent: ofWorker.onEvent,
    close: async () => {
      lag.stop()
      await server.close()
    },
  }
}

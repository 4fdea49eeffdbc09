import type { Logger } from 'pino'
import { openAlertWatch } from '../app/alert-watch.js'
import type { App } from '../app/app.js'
import { packageVersion } from '../app/version.js'
import type { WorkerEventSink } from '../events/worker-event.js'
import type { MetricsServer } from '../web/metrics-server.js'
import type { Worker } from '../worker/worker.js'

/** Where a worker's metrics are served. */
export interface MetricsPlace {
  /** 0 for a free one, which the log tells. */
  readonly port: number
  /** Default `127.0.0.1`. */
  readonly host?: string
}

/** Who tells the world of a worker: its metrics, where they are asked for, and alerts, where they are configured. */
export interface Telling {
  /** Told of all that the worker tells. */
  readonly onEvent: WorkerEventSink
  stop(): Promise<void>
}

/** What is told of. */
export interface Told {
  readonly metrics: MetricsPlace | undefined
  readonly tasks: readonly string[]
  /** Undefined before it is made. */
  readonly worker: () => Worker | undefined
}

/** Begins to tell. Throws `TASKQ_METRICS_LISTEN`. */
export async function startTelling(app: App, log: Logger, told: Told): Promise<Telling> {
  const server = await serveMetrics(app, log, told)
  const alerts = await openAlertWatch(app, log)
  alerts?.start()
  return {
    onEvent: server?.onEvent ?? (() => {}),
    stop: async () => {
      await Promise.all([alerts?.stop(), server?.close()])
    },
  }
}

async function serveMetrics(app: App, log: Logger, told: Told): Promise<MetricsServer | undefined> {
  const { metrics, tasks, worker } = told
  if (metrics === undefined) return undefined
  const { startMetricsServer } = await import('../web/metrics-server.js')
  const slots = app.config.worker.concurrency
  const server = await startMetricsServer({
    ...metrics,
    engine: () => app.engine(),
    tasks,
    version: packageVersion(),
    view: () => viewOf(worker()) ?? { state: 'starting', busy: 0, slots },
  })
  log.info(`metrics and health on ${server.url}/metrics`)
  return server
}

const viewOf = (worker: Worker | undefined) =>
  worker && { state: worker.state, busy: worker.counts.active, slots: worker.slots }

import type { Logger } from 'pino'
import { openAlertWatch } from '../app/alert-watch.js'
import type { App } from '../app/app.js'
import { packageVersion } from '../app/version.js'
import type { WorkerEventSink } from '../events/worker-event.js'
import type { MetricsServer } from '../web/metrics-server.js'
import type { WorkerView } from '../web/worker-view.js'
import type { Worker } from '../worker/worker.js'
import type { TellingPlace } from './worker-flags.js'

/** Who tells the world of a worker: its metrics and its health, where they are asked for, and alerts, where they are configured. */
export interface Telling {
  /** Told of all that the worker tells. */
  readonly onEvent: WorkerEventSink
  stop(): Promise<void>
}

/** What is told of. */
export interface Told {
  readonly metrics?: TellingPlace | undefined
  readonly health?: TellingPlace | undefined
  readonly tasks: readonly string[]
  /** Undefined before it is made. */
  readonly worker: () => Worker | undefined
}

/** Begins to tell. Throws `TASKQ_METRICS_LISTEN`. */
export async function startTelling(app: App, log: Logger, told: Told): Promise<Telling> {
  const view = () => viewOf(told.worker()) ?? { state: 'starting', busy: 0, slots: app.config.worker.concurrency }
  const server = await serveMetrics(app, log, told, view)
  const health = await serveHealth(log, told, view)
  const alerts = await openAlertWatch(app, log)
  alerts?.start()
  return {
    onEvent: server?.onEvent ?? (() => {}),
    stop: async () => {
      await Promise.all([alerts?.stop(), server?.close(), health?.close()])
    },
  }
}

async function serveMetrics(
  app: App,
  log: Logger,
  { metrics, tasks }: Told,
  view: () => WorkerView,
): Promise<MetricsServer | undefined> {
  if (metrics === undefined) return undefined
  const { startMetricsServer } = await import('../web/metrics-server.js')
  const server = await startMetricsServer({
    ...metrics,
    engine: () => app.engine(),
    tasks,
    version: packageVersion(),
    view,
  })
  log.info(`metrics and health on ${server.url}/metrics`)
  return server
}

/** Metrics tell health, too: on the same port, both are one server. */
async function serveHealth(log: Logger, { metrics, health }: Told, view: () => WorkerView) {
  if (health === undefined || isSamePlace(health, metrics)) return undefined
  const { startHealthServer } = await import('../web/health-server.js')
  const server = await startHealthServer({ ...health, view })
  log.info(`health on ${server.url}/live and ${server.url}/ready`)
  return server
}

const isSamePlace = (health: TellingPlace, metrics: TellingPlace | undefined): boolean =>
  health.port !== 0 && health.port === metrics?.port && (health.host === undefined || health.host === metrics.host)

const viewOf = (worker: Worker | undefined): WorkerView | undefined =>
  worker && { state: worker.state, busy: worker.counts.active, slots: worker.slots, trouble: worker.trouble }

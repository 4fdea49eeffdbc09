import { healthPages } from './health.js'
import type { ListenOptions } from './listen.js'
import { DEFAULT_HOST, type ServedPages, servePages } from './pages.js'
import type { WorkerView } from './worker-view.js'

/** What is told of, and where. */
export interface HealthServerOptions extends Pick<ListenOptions, 'port'> {
  /** The address to listen on. Default `127.0.0.1`. */
  readonly host?: string
  /** How the worker stands now. */
  readonly view: () => WorkerView
}

/**
 * Serves `/live` and `/ready`, and nothing else: it loads no metrics, and asks nobody.
 *
 * @throws TaskqError `TASKQ_METRICS_LISTEN`
 */
export function startHealthServer({ port, host = DEFAULT_HOST, view }: HealthServerOptions): Promise<ServedPages> {
  return servePages({ port, host, what: 'health' }, new Map(healthPages(view)))
}

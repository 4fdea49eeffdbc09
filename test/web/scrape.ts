import { onTestFinished } from 'vitest'
import { type MetricsServer, type MetricsServerOptions, startMetricsServer } from '../../src/web/metrics-server.js'
import type { Worker } from '../../src/worker/worker.js'
import type { WorkerOptions } from '../../src/worker/worker-options.js'
import { EventRecorder } from '../support/event-recorder.js'
import type { TestApp, TestWorkerRequest } from '../support/test-app.js'

/** What a scrape told: the value of each series, by its text: `taskq_workers`, `taskq_queue_paused{queue="a"}`. */
export class Scrape {
  readonly series = new Map<string, number>()

  constructor(readonly text: string) {
    for (const line of text.split('\n')) {
      if (line === '' || line.startsWith('#')) continue
      const cut = line.lastIndexOf(' ')
      const series = line.slice(0, cut)
      if (this.series.has(series)) throw new Error(`twice: ${series}`)
      this.series.set(series, Number(line.slice(cut + 1)))
    }
  }

  /** A series' value; the order of its labels does not matter. */
  value(name: string, labels: Readonly<Record<string, string>> = {}): number | undefined {
    const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`)
    for (const [series, value] of this.series) {
      const [, found, inner = ''] = /^([^{]+)(?:\{(.*)\})?$/s.exec(series) ?? []
      const parts = inner === '' ? [] : inner.split(/,(?=\w+=")/)
      if (found === name && parts.length === wanted.length && wanted.every((part) => parts.includes(part))) return value
    }
    return undefined
  }

  /** The names of all metrics: those of a histogram without their endings. */
  get names(): string[] {
    return [...this.text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name ?? '')
  }
}

export async function scrape(url: string): Promise<Scrape> {
  const response = await fetch(`${url}/metrics`)
  if (response.status !== 200) throw new Error(`${response.status}: ${await response.text()}`)
  return new Scrape(await response.text())
}

/** A metrics server of an app, with no worker unless one is given; it is closed when the test ends. */
export async function serveMetrics(app: TestApp, over: Partial<MetricsServerOptions> = {}): Promise<MetricsServer> {
  const server = await startMetricsServer({
    port: 0,
    engine: async () => app.engine,
    tasks: [],
    version: '0.0.0-test',
    view: () => ({ state: 'working', busy: 0, slots: 10 }),
    ...over,
  })
  onTestFinished(() => server.close())
  return server
}

/** A worker with its metrics, as `taskq worker --metrics-port` has them; it is not started. */
export async function observedWorker(
  app: TestApp,
  tasks: readonly string[],
  request: TestWorkerRequest = {},
): Promise<{ worker: Worker; server: MetricsServer; events: EventRecorder }> {
  const held: { worker?: Worker } = {}
  const server = await serveMetrics(app, {
    tasks,
    view: () => ({
      state: held.worker?.state ?? 'starting',
      busy: held.worker?.counts.active ?? 0,
      slots: held.worker?.slots ?? 0,
      trouble: held.worker?.trouble,
    }),
  })
  const events = new EventRecorder()
  const onEvent: WorkerOptions['onEvent'] = (event) => {
    server.onEvent(event)
    events.sink(event)
  }
  const { worker } = await app.createWorker({ ...request, options: { ...request.options, onEvent } })
  held.worker = worker
  return { worker, server, events }
}

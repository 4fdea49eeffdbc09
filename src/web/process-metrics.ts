import { collectDefaultMetrics, Gauge, type Registry } from 'prom-client'
import type { EventLoopLag } from './event-loop-lag.js'
import type { WorkerView } from './worker-view.js'

/** What the worker's process is and costs. `process_…` and `nodejs_…` have the names that every dashboard knows. */
export function addProcessMetrics(
  registry: Registry,
  { version, view, lag }: { readonly version: string; readonly view: () => WorkerView; readonly lag: EventLoopLag },
): void {
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
  new Gauge({
    name: 'taskq_build_info',
    help: 'Always 1; what runs here.',
    labelNames: ['version', 'node'] as const,
    registers,
  }).set({ version, node: process.version }, 1)
  new Gauge({
    name: 'taskq_worker_slots',
    help: 'Jobs that this worker runs now, and can run at once.',
    labelNames: ['state'] as const,
    registers,
    collect() {
      const { busy, slots } = view()
      this.set({ state: 'busy' }, busy)
      this.set({ state: 'total' }, slots)
    },
  })
  new Gauge({
    name: 'taskq_event_loop_lag_seconds',
    help: 'How late timers come in this process: the 99th percentile of the last ten to twenty seconds.',
    registers,
    collect() {
      this.set(lag.seconds)
    },
  })
}

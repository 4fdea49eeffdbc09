import type { ResolvedConfig } from '../config/resolved-config.js'
import { meterJobs } from '../context/meter-jobs.js'
import { tellListeners } from '../events/listeners.js'
import type { WorkerEventSink } from '../events/worker-event.js'

/** A worker's events, told to those whom the configuration names, too; what is told stays the same where it names none. */
export function heardBy(
  { listeners, telemetry }: Pick<ResolvedConfig, 'listeners' | 'telemetry'>,
  onEvent: WorkerEventSink,
): WorkerEventSink {
  const meter = telemetry?.().meter
  const sinks: WorkerEventSink[] = [onEvent]
  if (Object.keys(listeners).length > 0)
    sinks.push(tellListeners(listeners, (failed) => onEvent({ name: 'listener.failed', ...failed })))
  if (meter !== undefined) sinks.push(meterJobs(meter))
  if (sinks.length === 1) return onEvent
  return (event) => {
    for (const sink of sinks) sink(event)
  }
}

import type { WorkerEvent, WorkerEventSink } from '../events/worker-event.js'
import type { TelemetryMeter } from './telemetry.js'

/** Which of a worker's events are counted, and under which of BullMQ's names. */
const COUNTED = {
  'job.succeeded': 'bullmq.jobs.completed',
  'job.dead-lettered': 'bullmq.jobs.failed',
  'job.retried': 'bullmq.jobs.retried',
} as const

/** Counts how jobs end, and how long their runs take, under the names that BullMQ gives them. */
export function meterJobs(meter: TelemetryMeter): WorkerEventSink {
  const counters = Object.fromEntries(
    Object.entries(COUNTED).map(([event, name]) => [event, meter.createCounter(name, { unit: '1' })]),
  ) as Record<keyof typeof COUNTED, ReturnType<TelemetryMeter['createCounter']>>
  const duration = meter.createHistogram('bullmq.job.duration', { unit: 'ms' })
  return (event) => {
    if (!isCounted(event)) return
    const labels = { 'bullmq.queue.name': event.queue, 'bullmq.job.name': event.task }
    counters[event.name].add(1, labels)
    if (event.runMs !== undefined) duration.record(event.runMs, labels)
  }
}

const isCounted = (event: WorkerEvent): event is Extract<WorkerEvent, { name: keyof typeof COUNTED }> =>
  event.name in COUNTED

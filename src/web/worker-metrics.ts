import { Counter, Histogram, type Registry } from 'prom-client'
import type { WorkerEvent, WorkerEventSink } from '../events/worker-event.js'
import { KnownLabels } from './known-labels.js'

/** In seconds: from a job that takes no time to one that takes an hour. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600]

const OUTCOMES = {
  'job.succeeded': 'succeeded',
  'job.dead-lettered': 'failed',
  'job.retried': 'retried',
  'job.revoked': 'revoked',
  'job.expired': 'expired',
  'job.snoozed': 'snoozed',
  'job.ignored': 'ignored',
  'job.replaced': 'replaced',
  'job.given-back': 'given_back',
} as const

type EndName = keyof typeof OUTCOMES

/** The counters of one task in one queue, found once: prom-client would look them up by their labels each time. */
interface TaskMeter {
  readonly ends: Readonly<Record<EndName, Counter.Internal>>
  readonly wait: Histogram.Internal<'task' | 'queue'>
  readonly run: Histogram.Internal<'task' | 'queue'>
  readonly limited: Counter.Internal
}

/** What one worker did, counted from what it tells. */
export class WorkerMetrics {
  readonly #meters = new Map<string, Map<string, TaskMeter>>()
  readonly #tasks: KnownLabels
  readonly #queues = new KnownLabels()
  readonly #jobs
  readonly #wait
  readonly #run
  readonly #limited

  /** @param tasks the names of the tasks that the worker knows; all others are counted together */
  constructor(registry: Registry, tasks: Iterable<string>) {
    this.#tasks = new KnownLabels(tasks)
    const registers = [registry]
    const labelNames = ['task', 'queue'] as const
    this.#jobs = new Counter({
      name: 'taskq_jobs_total',
      help: 'Runs of jobs that ended, by how they ended.',
      labelNames: ['task', 'queue', 'outcome'] as const,
      registers,
    })
    this.#wait = new Histogram({
      name: 'taskq_job_wait_seconds',
      help: 'From the time a job could first run to when it did.',
      labelNames,
      buckets: BUCKETS,
      registers,
    })
    this.#run = new Histogram({
      name: 'taskq_job_run_seconds',
      help: 'How long a run took.',
      labelNames,
      buckets: BUCKETS,
      registers,
    })
    this.#limited = new Counter({
      name: 'taskq_rate_limit_waits_total',
      help: 'How often a rate limit made the jobs of a task wait.',
      labelNames,
      registers,
    })
  }

  /** Counts an event. */
  readonly onEvent: WorkerEventSink = (event) => {
    switch (event.name) {
      case 'job.started':
        return observe(this.#meterOf(event).wait, event.waitMs)
      case 'limit.reached':
        return this.#meterOf(event).limited.inc()
      case 'job.succeeded':
      case 'job.dead-lettered':
      case 'job.retried':
      case 'job.revoked':
      case 'job.expired':
      case 'job.snoozed':
      case 'job.ignored':
      case 'job.replaced':
      case 'job.given-back':
        return this.#countEnd(event)
    }
  }

  #countEnd(event: Extract<WorkerEvent, { readonly name: EndName }>): void {
    const meter = this.#meterOf(event)
    meter.ends[event.name].inc()
    if ('runMs' in event && event.runMs !== undefined) observe(meter.run, event.runMs)
  }

  #meterOf({ task, queue }: { readonly task: string; readonly queue: string }): TaskMeter {
    return this.#meters.get(task)?.get(queue) ?? this.#addMeter(task, queue)
  }

  #addMeter(task: string, queue: string): TaskMeter {
    const labels = { task: this.#tasks.labelOf(task), queue: this.#queues.labelOf(queue) }
    const ends = Object.entries(OUTCOMES).map(([name, outcome]) => [name, this.#jobs.labels({ ...labels, outcome })])
    const meter: TaskMeter = {
      ends: Object.fromEntries(ends),
      wait: this.#wait.labels(labels),
      run: this.#run.labels(labels),
      limited: this.#limited.labels(labels),
    }
    // From nothing on, so that the first one is seen as an increase.
    for (const end of Object.values(meter.ends)) end.inc(0)
    // A name that is not known is not kept: there may be any number of them.
    if (labels.task !== task || labels.queue !== queue) return meter
    const ofTask = this.#meters.get(task) ?? new Map<string, TaskMeter>()
    this.#meters.set(task, ofTask.set(queue, meter))
    return meter
  }
}

function observe(histogram: Histogram.Internal<'task' | 'queue'>, ms: number | undefined): void {
  // Nothing that a clock does may end a job.
  if (ms !== undefined && Number.isFinite(ms)) histogram.observe(Math.max(0, ms) / 1000)
}

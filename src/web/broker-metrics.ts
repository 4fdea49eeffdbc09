import { Gauge, type Registry } from 'prom-client'
import type { QueueOverview } from '../engine/lanes/queue-overview.js'
import type { QueueOverviews } from '../engine/lanes/queue-overview-reader.js'
import type { BrokerLook } from './broker-watch.js'
import { KnownLabels } from './known-labels.js'

const STATES = ['queued', 'blocked', 'scheduled', 'active', 'retrying', 'dead'] as const

/** What the broker tells of the whole app. Every worker exports the same, so it is aggregated by `max`. */
export class BrokerMetrics {
  readonly #queues = new KnownLabels()
  readonly #jobs
  readonly #oldest
  readonly #paused
  readonly #workers
  readonly #up
  readonly #ping
  readonly #beat

  constructor(registry: Registry) {
    const registers = [registry]
    const gauge = (name: string, help: string) => new Gauge({ name, help, registers })
    const queueGauge = (name: string, help: string) =>
      new Gauge({ name, help, labelNames: ['queue'] as const, registers })
    this.#jobs = new Gauge({
      name: 'taskq_queue_jobs',
      help: 'Jobs of a queue, by state. Of the whole app: aggregate by max.',
      labelNames: ['queue', 'state'] as const,
      registers,
    })
    this.#oldest = queueGauge(
      'taskq_queue_oldest_age_seconds',
      'How long the job has waited that has waited longest; 0 where none does. Of the whole app: aggregate by max.',
    )
    this.#paused = queueGauge('taskq_queue_paused', '1 for a queue that is paused. Of the whole app: aggregate by max.')
    this.#workers = gauge(
      'taskq_workers',
      'Workers that are not gone: one that is silent counts for 60 s. Of the whole app: aggregate by max.',
    )
    this.#beat = gauge('taskq_beat_leading', '1 where a beat leads. Of the whole app: aggregate by max.')
    this.#up = gauge('taskq_broker_up', '1 where the broker answers this process.')
    this.#ping = gauge('taskq_broker_ping_seconds', 'How long the broker took to answer this process.')
  }

  /** Sets all to what was seen. What is not known is left out, and never told as 0. */
  set(look: BrokerLook | undefined): void {
    this.#up.set(look === undefined ? 0 : 1)
    setOrLeaveOut(this.#ping, look && look.pingMs / 1000)
    setOrLeaveOut(this.#workers, look?.workers)
    setOrLeaveOut(this.#beat, look?.beatLeads === undefined ? undefined : Number(look.beatLeads))
    for (const gauge of [this.#jobs, this.#oldest, this.#paused]) gauge.reset()
    if (look?.overviews !== undefined) this.#setQueues(look.overviews)
  }

  #setQueues({ at, queues }: QueueOverviews): void {
    const ages = new Map<string, number>()
    const paused = new Map<string, number>()
    for (const queue of queues) {
      const label = this.#queues.labelOf(queue.queue)
      for (const state of STATES) this.#jobs.inc({ queue: label, state }, queue[state])
      raise(ages, label, ageOf(queue, at))
      raise(paused, label, Number(queue.paused))
    }
    for (const [queue, age] of ages) this.#oldest.set({ queue }, age)
    for (const [queue, is] of paused) this.#paused.set({ queue }, is)
  }
}

function setOrLeaveOut(gauge: Gauge, value: number | undefined): void {
  if (value === undefined) gauge.remove()
  else gauge.set(value)
}

const ageOf = ({ oldestQueuedAt }: QueueOverview, at: number): number =>
  oldestQueuedAt === undefined ? 0 : Math.max(0, at - oldestQueuedAt) / 1000

/** Of queues that share a label, the highest value counts. */
function raise(values: Map<string, number>, label: string, value: number): void {
  values.set(label, Math.max(values.get(label) ?? 0, value))
}

import { withDeadline } from '../engine/connection/deadline.js'
import { partsOf, type QueuePulse, type StatsBatch } from '../engine/stats/stats-batch.js'
import type { JobReference, WorkerEvent, WorkerEventSink } from '../events/worker-event.js'
import { addCounts, type CountedEnd, countDuration, noCounts, type TaskCounts } from '../stats/task-counts.js'

/** The last counts may take so long at the end. */
const GOODBYE_MS = 1000
/** A broker that refused the counts is left alone for so long: it has other troubles. */
const REST_MS = 5000

/**
 * Counts in this process what a worker's runs came to, and tells the broker now and then: no job costs a command.
 *
 * One batch is on its way at a time. While the broker is away, that batch waits for it, and counting goes on here;
 * what of it the broker refuses is added to the counts that go next.
 */
export class StatsCollector {
  /** Names come from jobs, so from outside: what no task here has is counted for its queue alone. */
  readonly #known: ReadonlySet<string>
  #tasks = new Map<string, TaskCounts>()
  #queues = new Map<string, QueuePulse>()
  /** When a broker that refused may be asked again. */
  #restsUntil = 0
  #sending: Promise<void> | undefined

  /** @param record adds a part of the counts to those of all workers: wholly, or it rejects */
  constructor(
    tasks: readonly string[],
    private readonly record: (part: StatsBatch) => Promise<void>,
    private readonly onError: (error: Error) => void,
  ) {
    this.#known = new Set(tasks)
  }

  /** Counts an event. */
  readonly onEvent: WorkerEventSink = (event) => {
    switch (event.name) {
      case 'job.started':
        return this.#countWait(event)
      case 'job.succeeded':
      case 'job.ignored':
        return this.#countEnd(event, 'succeeded', event.runMs)
      case 'job.retried':
        return this.#countEnd(event, 'retried', event.runMs)
      case 'job.dead-lettered':
        return this.#countEnd(event, 'failed', event.runMs)
      case 'job.revoked':
        return this.#countEnd(event, 'revoked', event.runMs)
      case 'job.expired':
        return this.#countEnd(event, 'expired', undefined)
    }
  }

  /** Sends what was counted, unless a batch is still on its way. */
  flush(): Promise<void> {
    if (this.#sending !== undefined) return this.#sending
    if (this.#tasks.size === 0 && this.#queues.size === 0) return Promise.resolve()
    const batch = { tasks: this.#tasks, queues: this.#queues }
    this.#tasks = new Map()
    this.#queues = new Map()
    this.#sending = this.#send(batch)
    return this.#sending
  }

  /** As {@link flush}, for a clock: a broker that refused is left alone for a while. */
  flushInTime(): Promise<void> {
    return performance.now() < this.#restsUntil ? Promise.resolve() : this.flush()
  }

  /** Sends the last counts. A broker that is away does not hold up the end: then they are lost. */
  async close(): Promise<void> {
    const last = async () => {
      await this.flush()
      await this.flush()
    }
    await withDeadline(last(), GOODBYE_MS, () => new Error('the broker is away')).catch(() => {})
  }

  async #send(batch: StatsBatch): Promise<void> {
    const left = [...partsOf(batch)]
    try {
      for (let part = left[0]; part !== undefined; part = left[0]) {
        await this.record(part)
        left.shift()
      }
    } catch (error) {
      for (const part of left) this.#takeBack(part)
      this.#restsUntil = performance.now() + REST_MS
      this.#report(error as Error)
    } finally {
      this.#sending = undefined
    }
  }

  /** Whoever listens must not stop the counting. */
  #report(error: Error): void {
    try {
      this.onError(error)
    } catch {}
  }

  #takeBack({ tasks, queues }: StatsBatch): void {
    for (const [task, counts] of tasks) addCounts(this.#countsOf(task) ?? noCounts(), counts)
    for (const [queue, { ended, failed, retried }] of queues) {
      const pulse = this.#pulseOf(queue)
      pulse.ended += ended
      pulse.failed += failed
      pulse.retried += retried
    }
  }

  #countWait({ task, waitMs }: Extract<WorkerEvent, { name: 'job.started' }>): void {
    const counts = waitMs === undefined ? undefined : this.#countsOf(task)
    if (counts !== undefined && waitMs !== undefined) countDuration(counts.wait, waitMs)
  }

  #countEnd({ task, queue }: JobReference, end: CountedEnd, runMs: number | undefined): void {
    const counts = this.#countsOf(task)
    if (counts !== undefined) {
      counts[end]++
      if (runMs !== undefined) countDuration(counts.run, runMs)
    }
    const pulse = this.#pulseOf(queue)
    if (end === 'retried') pulse.retried++
    else pulse.ended++
    if (end === 'failed') pulse.failed++
  }

  /** Undefined for a task that this worker does not have. */
  #countsOf(task: string): TaskCounts | undefined {
    const counts = this.#tasks.get(task)
    if (counts !== undefined || !this.#known.has(task)) return counts
    const fresh = noCounts()
    this.#tasks.set(task, fresh)
    return fresh
  }

  #pulseOf(queue: string): QueuePulse {
    const pulse = this.#queues.get(queue)
    if (pulse !== undefined) return pulse
    const fresh = { ended: 0, failed: 0, retried: 0 }
    this.#queues.set(queue, fresh)
    return fresh
  }
}

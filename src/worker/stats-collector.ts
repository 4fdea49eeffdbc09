import { withDeadline } from '../engine/deadline.js'
import type { QueuePulse, StatsBatch } from '../engine/stats-batch.js'
import type { JobReference, WorkerEvent, WorkerEventSink } from '../events/worker-event.js'
import { addCounts, type CountedEnd, countDuration, noCounts, type TaskCounts } from '../stats/task-counts.js'

/** Names come from jobs, so from outside: more of them than any app has are not counted. */
const MOST_NAMES = 1000
/** The last counts may take so long at the end. */
const GOODBYE_MS = 1000

/**
 * Counts in this process what a worker's runs came to, and tells the broker now and then: no job costs a command.
 *
 * One batch is on its way at a time. While the broker is away, that batch waits for it, and counting goes on here;
 * where the broker refuses it, its counts are added to those that go next.
 */
export class StatsCollector {
  #tasks = new Map<string, TaskCounts>()
  #queues = new Map<string, QueuePulse>()
  #sending: Promise<void> | undefined

  constructor(
    private readonly record: (batch: StatsBatch) => Promise<void>,
    private readonly onError: (error: Error) => void,
  ) {}

  /** Counts an event. */
  readonly onEvent: WorkerEventSink = (event) => {
    switch (event.name) {
      case 'job.started':
        return this.#countWait(event)
      case 'job.succeeded':
        return this.#countEnd(event, 'succeeded', event.runMs)
      case 'job.retried':
        return this.#countEnd(event, 'retried', event.runMs)
      case 'job.dead-lettered':
        return this.#countEnd(event, 'failed', event.runMs)
      case 'job.revoked':
        return this.#countEnd(event, 'revoked', event.runMs)
    }
  }

  /** Sends what was counted, unless a batch is still on its way. */
  flush(): Promise<void> {
    if (this.#sending !== undefined || this.#tasks.size === 0) return this.#sending ?? Promise.resolve()
    const batch = { tasks: this.#tasks, queues: this.#queues }
    this.#tasks = new Map()
    this.#queues = new Map()
    this.#sending = this.#send(batch)
    return this.#sending
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
    try {
      await this.record(batch)
    } catch (error) {
      this.onError(error as Error)
      this.#takeBack(batch)
    } finally {
      this.#sending = undefined
    }
  }

  #takeBack({ tasks, queues }: StatsBatch): void {
    for (const [task, counts] of tasks) addCounts(this.#countsOf(task) ?? noCounts(), counts)
    for (const [queue, { ended, failed, retried }] of queues) {
      const pulse = this.#pulseOf(queue)
      if (pulse === undefined) continue
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
    const pulse = this.#pulseOf(queue)
    if (counts === undefined || pulse === undefined) return
    counts[end]++
    if (runMs !== undefined) countDuration(counts.run, runMs)
    if (end === 'retried') pulse.retried++
    else pulse.ended++
    if (end === 'failed') pulse.failed++
  }

  #countsOf(task: string): TaskCounts | undefined {
    return entryOf(this.#tasks, task, noCounts)
  }

  #pulseOf(queue: string): QueuePulse | undefined {
    return entryOf(this.#queues, queue, noPulse)
  }
}

const noPulse = (): QueuePulse => ({ ended: 0, failed: 0, retried: 0 })

function entryOf<T>(entries: Map<string, T>, name: string, create: () => T): T | undefined {
  const known = entries.get(name)
  if (known !== undefined || entries.size >= MOST_NAMES) return known
  const created = create()
  entries.set(name, created)
  return created
}

import type { Envelope } from '../codec/envelope.js'
import type { EnvelopeSlot } from '../codec/envelope-fields.js'
import type { ActiveJob } from '../engine/consumer.js'
import type { TaskDefinition } from '../task/definition.js'
import type { JobRequest, RunContext, TaskLogger } from '../task/run-context.js'
import type { RunHandle } from './run-handle.js'
import { createRunLog, formatLogLine } from './run-log.js'
import type { WorkerOptions } from './worker-options.js'

/** What a task sees of its run. Made for every run, so what a task does not ask for is not made. */
export class JobContext implements RunContext {
  /** A property, not a method: tasks take it apart (`const { progress } = ctx`). */
  readonly progress = (value: unknown): Promise<void> => {
    // The job may run again by now, and tell its own.
    if (this.handle.isOver) return Promise.resolve()
    const stored = this.job.lane.progress(this.job, value)
    // Many do not wait for it. That it could not be stored must not end the process then.
    stored.catch(() => {})
    return stored
  }

  #request: JobRequest | undefined
  #log: TaskLogger | undefined

  constructor(
    private readonly job: ActiveJob,
    private readonly task: TaskDefinition,
    private readonly envelope: Envelope,
    private readonly handle: RunHandle,
    private readonly onLog: WorkerOptions['onLog'],
  ) {}

  get request(): JobRequest {
    const { job, task, envelope } = this
    this.#request ??= {
      id: job.id,
      task: task.name,
      queue: job.lane.name.queue,
      attempt: job.attemptsMade + 1,
      retries: envelope.retries ?? task.retries,
      enqueuedAt: job.enqueuedAt,
      headers: envelope.headers ?? {},
      parent: envelope.parent,
      root: envelope.root ?? job.id,
      ...(envelope.schedule !== undefined && { schedule: slotOf(envelope.schedule) }),
    }
    return this.#request
  }

  get log(): TaskLogger {
    this.#log ??= createRunLog((level, fields, message) => {
      this.onLog(level, { id: this.job.id, task: this.task.name }, fields, message)
      if (this.handle.isOver) return
      this.handle.log.add(formatLogLine(level, this.job.attemptsMade + 1, fields, message))
    })
    return this.#log
  }

  get signal(): AbortSignal {
    return this.handle.signal
  }
}

const slotOf = ({ name, slotMs }: EnvelopeSlot) => ({ name, slot: new Date(slotMs) })

import type { Envelope } from '../codec/envelope.js'
import type { EnvelopeSlot } from '../codec/envelope-fields.js'
import type { TaskDefinition } from '../task/definition.js'
import { partOf } from '../task/names.js'
import type { JobRequest, RunContext, TaskLogger } from '../task/run-context.js'
import { createRunLog, type LogLevel } from './run-log.js'
import { RunWorkflows } from './workflows/run-workflows.js'

/** What of a job its run is told. */
export interface JobFacts {
  readonly id: string
  readonly attemptsMade: number
  /** Milliseconds since 1970. */
  readonly enqueuedAt: number
  readonly lane: { readonly lane: string; readonly name: { readonly queue: string } }
}

/** What a run can do to its job, and its job to it: here by the broker, in a child by the worker that made it. */
export interface RunPort {
  readonly signal: AbortSignal
  progress(value: unknown): Promise<void>
  log(level: LogLevel, fields: object | undefined, message: string): void
}

/** What a task sees of its run. Made for every run, so what a task does not ask for is not made. */
export class JobContext implements RunContext {
  /** A property, not a method: tasks take it apart (`const { progress } = ctx`). */
  readonly progress = (value: unknown): Promise<void> => {
    const stored = this.#tell(value)
    // Many do not wait for it. That it could not be stored must not end the process then.
    stored.catch(() => {})
    return stored
  }

  #request: JobRequest | undefined
  #log: TaskLogger | undefined
  #workflows: RunWorkflows | undefined

  constructor(
    private readonly job: JobFacts,
    private readonly task: TaskDefinition,
    private readonly envelope: Envelope,
    private readonly port: RunPort,
  ) {}

  /** As a promise also where the value cannot even be written. */
  async #tell(value: unknown): Promise<void> {
    await this.port.progress(value)
  }

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
      ...workflowOf(job.id),
      ...(envelope.schedule !== undefined && { schedule: slotOf(envelope.schedule) }),
    }
    return this.#request
  }

  get log(): TaskLogger {
    this.#log ??= createRunLog((level, fields, message) => this.port.log(level, fields, message))
    return this.#log
  }

  get signal(): AbortSignal {
    return this.port.signal
  }

  // Functions, not methods: tasks take these apart, too.

  get spawn(): RunContext['spawn'] {
    return (canvas) => this.#made.spawn(canvas)
  }

  get replace(): RunContext['replace'] {
    return (canvas) => this.#made.replace(canvas)
  }

  get addToChord(): RunContext['addToChord'] {
    return (canvas) => this.#made.addToChord(canvas)
  }

  get #made(): RunWorkflows {
    const { job, task, envelope } = this
    const run = { id: job.id, task: task.name, lane: job.lane.lane, isOfMany: envelope.each !== undefined }
    this.#workflows ??= new RunWorkflows(run)
    return this.#workflows
  }
}

function workflowOf(id: string): { workflow?: string } {
  const part = partOf(id)
  return part === undefined ? {} : { workflow: part.workflow }
}

const slotOf = ({ name, slotMs }: EnvelopeSlot) => ({ name, slot: new Date(slotMs) })

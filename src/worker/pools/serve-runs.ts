import type { Codec } from '../../codec/codec.js'
import { untagTypes } from '../../codec/tagged-json.js'
import type { TaskDefinition } from '../../task/definition.js'
import { type AttemptReport, attempt, judge } from '../attempt.js'
import { JobContext } from '../job-context.js'
import { ChildRunPort } from './child-run-port.js'
import type { ChildBeginning, ChildRun, FromChild, ToChild } from './messages.js'
import type { ParentPort } from './parent-port.js'
import { sendError } from './sent-error.js'

/** The project as a child knows it. */
export interface ChildSite {
  readonly findTask: (name: string) => TaskDefinition | undefined
  readonly codec: Codec
  close(): Promise<void>
}

/** How long a child that is to end may take to close what it has open. */
const CLOSE_MS = 1000

/** A child's life: load the project, run what the worker sends, one job at a time, and end when it is told to. */
export function serveRuns(port: ParentPort, open: (sources: unknown) => Promise<ChildSite>): void {
  const life = new ChildLife(port, open)
  port.onMessage((message) => life.hear(message))
}

class ChildLife {
  #site: ChildSite | undefined
  #tellsMemory = false
  #current: ChildRunPort | undefined

  constructor(
    private readonly port: ParentPort,
    private readonly open: (sources: unknown) => Promise<ChildSite>,
  ) {}

  hear(message: ToChild): void {
    switch (message.kind) {
      case 'begin':
        return void this.#begin(message)
      case 'run':
        return void this.#run(message.run, message)
      case 'abort':
        return this.#current?.abort(message.run, message.reason)
      case 'stored':
        return this.#current?.stored(message.progress, message.error)
      case 'go-on':
        return this.#current?.goOn(message.run, message.wait)
      case 'end':
        return void this.#end()
    }
  }

  async #begin({ sources, tellsMemory }: ChildBeginning): Promise<void> {
    this.#tellsMemory = tellsMemory
    try {
      this.#site = await this.open(sources)
      this.port.send({ kind: 'ready', ...this.#memory() })
    } catch (error) {
      this.port.send({ kind: 'unable', reason: sendError(error).message })
    }
  }

  async #run(run: number, { task: name, job, envelope, isTyped, rules }: ChildRun): Promise<void> {
    const site = this.#site
    const task = site?.findTask(name)
    if (site === undefined || task === undefined)
      return this.port.send({ kind: 'unable', reason: `${name} was not found there` })
    const runPort = new ChildRunPort(this.port, run, rules.attempt)
    this.#current = runPort
    const report = await runOnce(site, task, { job, envelope, isTyped, rules }, runPort)
    runPort.end()
    this.#tell({ kind: 'done', run, report, ...this.#memory() })
  }

  #memory(): { readonly memory?: number } {
    return this.#tellsMemory ? { memory: memoryHeld() } : {}
  }

  #tell(done: Extract<FromChild, { kind: 'done' }>): void {
    try {
      this.port.send(done)
    } catch {
      // A proxy in the result, or the like: it has been written as JSON once, which is how it is stored.
      this.port.send(JSON.parse(JSON.stringify(done)) as FromChild)
    }
  }

  async #end(): Promise<void> {
    setTimeout(() => process.exit(0), CLOSE_MS)
    await this.#site?.close().catch(() => {})
    process.exit(0)
  }
}

/** Never throws. */
async function runOnce(
  { codec }: ChildSite,
  task: TaskDefinition,
  { job, envelope, isTyped, rules }: Omit<ChildRun, 'task'>,
  port: ChildRunPort,
): Promise<AttemptReport> {
  try {
    const args = isTyped ? (untagTypes(envelope.args) as unknown[]) : envelope.args
    const encode = (value: unknown) => codec.encodeResult(job.id, value, task.codec)
    return await attempt(task, new JobContext(job, task, envelope, port), args, rules, port, encode)
  } catch (error) {
    return judge(task, error, rules)
  }
}

/** Of a thread only its own heap can be told from the rest of the process. */
const memoryHeld = (): number =>
  process.send === undefined ? process.memoryUsage().heapUsed : process.memoryUsage.rss()

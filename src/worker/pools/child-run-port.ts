import type { AwaitedJob, RunSlot } from '../../context/scope.js'
import type { RunPort } from '../job-context.js'
import { formatLogLine, type LogLevel } from '../run-log.js'
import type { ParentPort } from './parent-port.js'
import { receiveError, type SentError } from './sent-error.js'

/** A run in a child: what it says goes to the worker, which also has its slot. */
export class ChildRunPort implements RunPort, RunSlot {
  /** Nobody gives up a run in a child: the child is ended. */
  readonly isGivenUp = false
  readonly #waiting = new Map<number, PromiseWithResolvers<void>>()
  readonly #wantsSlot = new Map<number, PromiseWithResolvers<void>>()
  #waits = 0
  #controller: AbortController | undefined
  #abortedFor: Error | undefined
  #progress = 0
  #isOver = false

  constructor(
    private readonly port: ParentPort,
    private readonly run: number,
    private readonly attempt: number,
  ) {}

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController()
      if (this.#abortedFor !== undefined) this.#controller.abort(this.#abortedFor)
    }
    return this.#controller.signal
  }

  progress(value: unknown): Promise<void> {
    if (this.#isOver) return Promise.resolve()
    const progress = ++this.#progress
    const stored = Promise.withResolvers<void>()
    this.#waiting.set(progress, stored)
    const message = { kind: 'progress', run: this.run, progress } as const
    try {
      this.port.send({ ...message, value })
    } catch {
      // A function in it, or the like: JSON leaves it out, as it would in the worker.
      this.port.send({ ...message, value: jsonOf(value) })
    }
    return stored.promise
  }

  log(level: LogLevel, fields: object | undefined, message: string): void {
    if (this.#isOver) return
    // As it would be stored: what cannot be sent is not in it any more.
    const line = JSON.parse(formatLogLine(level, this.attempt, fields, message)) as { message: string; fields?: object }
    this.port.send({ kind: 'log', run: this.run, level, message: line.message, ...fieldsOf(line.fields) })
  }

  leaveSlot(awaited?: AwaitedJob): void {
    if (this.#isOver) return
    this.port.send({ kind: 'waits', run: this.run, wait: ++this.#waits, ...(awaited && { awaited }) })
  }

  regainSlot(): Promise<void> {
    if (this.#isOver) return Promise.resolve()
    const wait = ++this.#waits
    const mayGoOn = Promise.withResolvers<void>()
    this.#wantsSlot.set(wait, mayGoOn)
    this.port.send({ kind: 'wants-slot', run: this.run, wait })
    return mayGoOn.promise
  }

  /** The worker has a slot for it again. */
  goOn(run: number, wait: number): void {
    if (run !== this.run) return
    this.#wantsSlot.get(wait)?.resolve()
    this.#wantsSlot.delete(wait)
  }

  abort(run: number, reason: SentError): void {
    if (run !== this.run || this.#abortedFor !== undefined) return
    this.#abortedFor = receiveError(reason)
    this.#controller?.abort(this.#abortedFor)
  }

  /** The worker has stored a progress, or could not. */
  stored(progress: number, error: SentError | undefined): void {
    const waiting = this.#waiting.get(progress)
    this.#waiting.delete(progress)
    if (error === undefined) waiting?.resolve()
    else waiting?.reject(receiveError(error))
  }

  /** Its outcome is known: what its code says from now on is not kept, and nobody is left waiting for it. */
  end(): void {
    this.#isOver = true
    for (const { resolve } of this.#waiting.values()) resolve()
    this.#waiting.clear()
    for (const { resolve } of this.#wantsSlot.values()) resolve()
  }
}

function fieldsOf(fields: unknown): { fields?: object } {
  if (fields === undefined) return {}
  return { fields: typeof fields === 'object' && fields !== null ? fields : { fields } }
}

const jsonOf = (value: unknown): unknown => JSON.parse(JSON.stringify(value) ?? 'null')

import { TaskqError } from '../../errors/taskq-error.js'
import type { AttemptReport } from '../attempt.js'
import type { RunHandle } from '../run-handle.js'
import { isFromChild } from './check-message.js'
import type { ChildLink, StartChild } from './child-link.js'
import { ChildUnable } from './child-unable.js'
import type { ChildBeginning, ChildRun, FromChild } from './messages.js'
import { receiveError, sendError } from './sent-error.js'

/** A run that ended from outside, or before it began: the task has said nothing. */
export interface EndedRun {
  readonly kind: 'ended'
}

interface CurrentRun {
  readonly handle: RunHandle
  readonly resolve: (report: AttemptReport | EndedRun) => void
  readonly reject: (error: Error) => void
}

/** A child that is to load the project has so long. */
const START_MS = 60_000
/** A child that is to end has so long. */
const END_MS = 3000

/** A child of a pool, seen from its worker: it runs one job at a time. */
export class Child {
  /** Resolves when it can run jobs. Rejects where it cannot load the project. */
  readonly ready: Promise<void>
  /** Resolves when it is gone. */
  readonly ended: Promise<void>
  /** Runs that it has ended. */
  runs = 0
  /** Bytes that it held when it was ready, or after its last run; 0 where it does not tell. */
  memory = 0
  readonly #link: ChildLink
  readonly #ready = Promise.withResolvers<void>()
  readonly #ended = Promise.withResolvers<void>()
  readonly #startTimer: NodeJS.Timeout
  #current: CurrentRun | undefined
  #killedFor: Error | undefined
  #accident: Error | undefined
  #isLeaving = false
  /** Why nothing is believed any more that it says. */
  #distrust: string | undefined

  constructor(start: StartChild, entry: URL, beginning: ChildBeginning) {
    this.ready = this.#ready.promise
    this.ended = this.#ended.promise
    // Whoever waits hears of it; nobody has to.
    this.ready.catch(() => {})
    this.#link = start(entry, { onMessage: (message) => this.#hear(message), onEnd: (how) => this.#onEnd(how) })
    this.#startTimer = setTimeout(() => this.#unable(`it was not ready after ${START_MS / 1000} s`), START_MS)
    this.#link.send({ kind: 'begin', ...beginning })
  }

  /** Whether it can be given another job. */
  get isUsable(): boolean {
    return !this.#isLeaving && this.#killedFor === undefined
  }

  /**
   * Runs a job. Once it is told to end, the child is told too; where the run is killed, the child is ended, and what is
   * returned is known only when it is gone.
   *
   * @throws what the run was killed for, where it was over its time; TaskqError `TASKQ_JOB_CRASHED` where the child died
   */
  run(run: ChildRun, handle: RunHandle): Promise<AttemptReport | EndedRun> {
    return new Promise((resolve, reject) => {
      const number = this.runs + 1
      this.#link.send({ kind: 'run', run: number, ...run })
      this.#current = { handle, resolve, reject }
      handle.onKill = (error) => {
        this.#killedFor ??= error
        this.#link.kill()
      }
      handle.onAbort = (reason) => this.#link.send({ kind: 'abort', run: number, reason: sendError(reason) })
    })
  }

  /** Lets it end; it is ended by force where it takes too long. */
  retire(): Promise<void> {
    if (!this.#isLeaving) {
      this.#isLeaving = true
      this.#link.send({ kind: 'end' })
      const timer = setTimeout(() => this.#link.kill(), END_MS)
      void this.ended.then(() => clearTimeout(timer))
    }
    return this.ended
  }

  #hear(message: unknown): void {
    if (this.#distrust !== undefined) return
    if (isFromChild(message)) this.#obey(message)
    else this.#endLiar()
  }

  #obey(message: FromChild): void {
    switch (message.kind) {
      case 'ready':
        clearTimeout(this.#startTimer)
        this.memory = message.memory ?? 0
        return this.#ready.resolve()
      case 'unable':
        return this.#unable(message.reason)
      case 'accident':
        this.#accident = receiveError(message.failure)
        return
      default:
        // What an earlier run left behind says nothing about this one.
        if (this.#current !== undefined && message.run === this.runs + 1) this.#hearRun(message, this.#current)
    }
  }

  #hearRun(message: Extract<FromChild, { run: number }>, { handle, resolve }: CurrentRun): void {
    switch (message.kind) {
      case 'log':
        return handle.log(message.level, message.fields, message.message)
      case 'progress':
        return void this.#store(handle, message.progress, message.value)
      case 'waits':
        return handle.leaveSlot(message.awaited)
      case 'wants-slot':
        return void handle
          .regainSlot()
          .then(() => this.#link.send({ kind: 'go-on', run: message.run, wait: message.wait }))
      case 'done':
        this.runs++
        this.memory = message.memory ?? 0
        this.#leaveRun()
        resolve(message.report)
    }
  }

  async #store(handle: RunHandle, progress: number, value: unknown): Promise<void> {
    try {
      await handle.progress(value)
      this.#link.send({ kind: 'stored', progress })
    } catch (error) {
      this.#link.send({ kind: 'stored', progress, error: sendError(error) })
    }
  }

  /** Its code uses the worker's own channel: whatever came next could be made up as well, a success too. */
  #endLiar(): void {
    this.#distrust = 'it was ended, since it sent the worker a message that taskq never sends'
    this.#isLeaving = true
    this.#link.kill()
  }

  #unable(reason: string): void {
    this.#isLeaving = true
    this.#accident = new ChildUnable(reason)
    this.#link.kill()
  }

  #onEnd(exit: string): void {
    const how = this.#distrust ?? exit
    clearTimeout(this.#startTimer)
    this.#isLeaving = true
    const unable = this.#accident instanceof ChildUnable ? this.#accident : new ChildUnable(`it ended with ${how}`)
    this.#ready.reject(unable)
    this.#endRun(how)
    this.#ended.resolve()
  }

  #endRun(how: string): void {
    if (this.#current === undefined) return
    const { handle, resolve, reject } = this.#current
    this.#leaveRun()
    if (this.#accident instanceof ChildUnable) return reject(this.#accident)
    if (this.#killedFor === undefined) return reject(this.#crash(handle, how))
    if (handle.isOverTime) reject(this.#killedFor)
    else resolve({ kind: 'ended' })
  }

  #leaveRun(): void {
    if (this.#current === undefined) return
    const { handle } = this.#current
    handle.onKill = undefined
    handle.onAbort = undefined
    this.#current = undefined
  }

  #crash({ job }: RunHandle, how: string): TaskqError {
    const { label } = this.#link
    return new TaskqError('TASKQ_JOB_CRASHED', `${label} died while ${job.task} (${job.id}) was in it: ${how}`, {
      hint: 'Look for process.exit, memory or native crashes in the task, and for what earlier runs left behind there.',
      ...(this.#accident !== undefined && { cause: this.#accident }),
    })
  }
}

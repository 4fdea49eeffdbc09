import type { ActiveJob } from '../engine/consumer.js'

/** A running job, for whoever must end it early. Its signal is made when it is first asked for. */
export class RunHandle {
  /** Called when nobody waits for the run any more. */
  onAbandon: (() => void) | undefined
  #controller: AbortController | undefined
  #aborted: { reason: unknown } | undefined

  constructor(readonly job: ActiveJob) {}

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController()
      if (this.#aborted !== undefined) this.#controller.abort(this.#aborted.reason)
    }
    return this.#controller.signal
  }

  get isAborted(): boolean {
    return this.#aborted !== undefined
  }

  /** Asks the task to end. */
  abort(reason: unknown): void {
    if (this.#aborted !== undefined) return
    this.#aborted = { reason }
    this.#controller?.abort(reason)
  }

  /** Waits for the task no longer; in this process its code may still go on. */
  abandon(): void {
    this.onAbandon?.()
  }
}

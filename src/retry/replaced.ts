import { TaskSignal } from './task-signal.js'
import type { Verdict } from './verdict.js'

/** Ends a run whose job is to end as a workflow does. Thrown by `this.replace`. */
export class Replaced extends TaskSignal {
  override readonly name = 'Replaced'
  readonly #workflow: string

  constructor(workflow: string) {
    super('the job ends as the workflow does that took its place')
    this.#workflow = workflow
  }

  override judge(): Verdict {
    return { kind: 'replaced', workflow: this.#workflow }
  }
}

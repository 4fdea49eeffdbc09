import type { Duration } from '../time/duration.js'
import type { Headers } from './enqueue-options.js'

/** What `applyAsync` of a workflow takes. */
export interface WorkflowOptions {
  /** What it is called where workflows are listed; at most 100 characters. Default: made of its tasks' names. */
  readonly name?: string
  /** The workflow's id, with `w_u_` put in front. Where the app has a workflow of this id, none is made. Default: a new one. */
  readonly taskId?: string
  /** Its first jobs run after this long. Default: at once. */
  readonly countdown?: Duration
  /** Its first jobs run at this instant. Instead of `countdown`. */
  readonly eta?: Date | string
  /** No job of it begins a run from then on: a time from now on, or an instant. Default: each task's own. */
  readonly expires?: Duration | Date | string
  /** Travel with all of its jobs; a part's own win. */
  readonly headers?: Headers
  /** Of the parts that say nothing themselves: 0 to 9, 9 first. */
  readonly priority?: number
  /** Of the parts that say nothing themselves. Default: each task's own. */
  readonly queue?: string
}

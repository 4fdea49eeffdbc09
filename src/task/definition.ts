import type { HookedRun } from './hooks.js'
import type { ResolvedTaskOptions } from './options.js'
import type { RunContext } from './run-context.js'

/** A task as workers and clients know it, whether it came from a class or a function. */
export interface TaskDefinition extends ResolvedTaskOptions {
  /** `file:line` of where it was defined, where that could be told. */
  readonly source: string | undefined
  /** Runs the task once. */
  readonly run: (context: RunContext, args: readonly unknown[]) => unknown
  /** Begins a run of a task that has hooks; undefined for one that turned out to have none. */
  readonly hooked?: (context: RunContext) => HookedRun | undefined
}

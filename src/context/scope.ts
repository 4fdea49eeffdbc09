import { AsyncLocalStorage } from 'node:async_hooks'
import type { RunContext } from '../task/run-context.js'

/** Values that travel along with jobs. */
export type ContextValues = Readonly<Record<string, unknown>>

/** What code knows of where it runs, wherever it was called from. */
export interface Scope {
  /** The run that it is a part of; undefined outside of one. */
  readonly run?: RunContext | undefined
  /** What jobs that it enqueues take along. */
  readonly carried?: ContextValues | undefined
  /** The trace that such jobs belong to, as the configured telemetry writes it. */
  readonly trace?: string | undefined
  /** The slot that the run has, where a worker runs it. */
  readonly slot?: RunSlot | undefined
}

/** What a run waits for: a job, or a workflow, which is in no lane. */
export interface AwaitedJob {
  readonly id: string
  readonly lane?: string
}

/** A run's slot: it can be lent to others. */
export interface RunSlot {
  /** The run waits for a job: others may have its slot. */
  leaveSlot(awaited?: AwaitedJob): void
  /** It waits no more. Resolves when it may go on. */
  regainSlot(): Promise<void>
}

/**
 * On `globalThis`, not on the module: a loader may bring a second copy of this package into the process, and both must
 * see the same run.
 */
const SLOT = Symbol.for('taskq.scope')
type Home = { [SLOT]?: AsyncLocalStorage<Scope> }

const storage = () => {
  const home = globalThis as Home
  home[SLOT] ??= new AsyncLocalStorage<Scope>()
  return home[SLOT]
}

/** What the code that asks is a part of; undefined where that is nothing. */
export const scopeHere = (): Scope | undefined => storage().getStore()

/** Calls a function whose code, and all that it calls or waits for, is a part of this scope. */
export const runInScope = <T>(scope: Scope, work: () => T): T => storage().run(scope, work)

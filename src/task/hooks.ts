import { type Problem, show, unknownKeys } from '../errors/problems.js'
import { TaskqError } from '../errors/taskq-error.js'
import type { RunContext } from './run-context.js'

/**
 * What a run came to, for `afterReturn`.
 *
 * - `succeeded`: it returned
 * - `retrying`: it failed, and the job runs again
 * - `failed`: it failed for good
 * - `snoozed`: it asked to be made again (`Snooze`, `Reject` with `requeue`)
 * - `ignored`: it asked for its job to be forgotten (`Ignore`)
 * - `replaced`: its job ends as a workflow does (`this.replace`)
 * - `stopped`: it threw because it was told to end: its job was revoked, or its worker stops
 */
export type RunEnd<R = unknown> =
  | { readonly state: 'succeeded'; readonly result: R }
  | { readonly state: 'retrying'; readonly error: Error; readonly delayMs: number }
  | { readonly state: 'failed'; readonly error: Error }
  | { readonly state: 'snoozed'; readonly delayMs: number }
  | { readonly state: 'ignored' }
  | { readonly state: 'replaced' }
  | { readonly state: 'stopped'; readonly error: Error }

/** What is known of the next run when one has failed. */
export interface NextRun {
  readonly delayMs: number
}

/** A run's hooks, as methods of the object that it is of. What they return is awaited. */
export interface RunHooks {
  beforeStart?(args: readonly unknown[]): unknown
  onSuccess?(result: unknown, args: readonly unknown[]): unknown
  onRetry?(error: Error, args: readonly unknown[], next: NextRun): unknown
  onFailure?(error: Error, args: readonly unknown[]): unknown
  afterReturn?(end: RunEnd, args: readonly unknown[]): unknown
}

/** One run of a task that has hooks. */
export interface HookedRun {
  readonly hooks: RunHooks
  readonly run: (args: readonly unknown[]) => unknown
}

/**
 * The hooks of a task made of a function: the last argument of `defineTask`. All are part of the run, within its time limits, and
 * awaited. What `beforeStart` throws fails the run; what the others throw is logged and changes nothing.
 *
 * @example
 * defineTask({ name: 'import' }, async (ctx, url: string) => { … }, {
 *   onFailure: (ctx, error, [url]) => page(`${ctx.request.id}: ${url}: ${error.message}`),
 * })
 */
export interface FunctionHooks<Args extends unknown[] = unknown[], R = unknown> {
  /** Before the code runs. */
  beforeStart?(context: RunContext, args: Args): unknown
  /** It returned. */
  onSuccess?(context: RunContext, result: R, args: Args): unknown
  /** It failed, and the job runs again. */
  onRetry?(context: RunContext, error: Error, args: Args, next: NextRun): unknown
  /** It failed for good. */
  onFailure?(context: RunContext, error: Error, args: Args): unknown
  /** After all the others, whatever it came to. */
  afterReturn?(context: RunContext, end: RunEnd<R>, args: Args): unknown
}

const HOOKS = [
  'beforeStart',
  'onSuccess',
  'onRetry',
  'onFailure',
  'afterReturn',
] as const satisfies readonly (keyof RunHooks)[]

/** Whether an object has a hook, or the objects have that it is the prototype of. */
export const hasHooks = (object: object): boolean =>
  HOOKS.some((hook) => typeof (object as RunHooks)[hook] === 'function')

/**
 * Checks the hooks given to `defineTask`.
 *
 * @throws TaskqError `TASKQ_TASK_OPTION_INVALID`
 */
export function checkHooks(task: string, given: unknown): void {
  if (given === undefined) return
  const problems = hookProblems(given)
  if (problems.length === 0) return
  const lines = problems.map(({ key, expected, got }) => `${key}: expected ${expected}, got ${got}`)
  throw new TaskqError('TASKQ_TASK_OPTION_INVALID', `task ${show(task)}: ${lines.join('; ')}`, {
    hint: 'Correct the hooks given to defineTask, its last argument.',
    data: { task, problems },
  })
}

function hookProblems(given: unknown): Problem[] {
  if (typeof given !== 'object' || given === null)
    return [{ key: 'hooks', expected: 'an object such as { onFailure: (ctx, error) => … }', got: show(given) }]
  const wrong = HOOKS.filter((hook) => hook in given && typeof (given as RunHooks)[hook] !== 'function')
  return [
    ...unknownKeys(given, HOOKS, 'hooks.'),
    ...wrong.map((hook) => ({ key: `hooks.${hook}`, expected: 'a function', got: show((given as RunHooks)[hook]) })),
  ]
}

/** Gives a function's hooks the context of one run. */
export const bindHooks = (hooks: FunctionHooks, context: RunContext): RunHooks => ({
  beforeStart: (args) => hooks.beforeStart?.(context, [...args]),
  onSuccess: (result, args) => hooks.onSuccess?.(context, result, [...args]),
  onRetry: (error, args, next) => hooks.onRetry?.(context, error, [...args], next),
  onFailure: (error, args) => hooks.onFailure?.(context, error, [...args]),
  afterReturn: (end, args) => hooks.afterReturn?.(context, end, [...args]),
})

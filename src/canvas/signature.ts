import type { AsyncResult } from '../task/async-result.js'
import type { EnqueueOptions } from '../task/enqueue-options.js'
import { enqueue } from '../task/enqueuer.js'

declare const MISSING: unique symbol

/**
 * A task with its arguments and options, not yet sent: frozen data that can be kept, passed on and
 * sent many times. It has no `then`, so that `await` and `Promise.all` leave it alone.
 *
 * @typeParam R what the task returns
 * @typeParam Missing the leading arguments that are still to come (a chain fills them in)
 */
export interface Signature<R = unknown, Missing extends unknown[] = []> {
  readonly task: string
  readonly args: readonly unknown[]
  readonly options: EnqueueOptions
  /** An immutable signature takes no result of an earlier link. */
  readonly immutable: boolean
  /** Never there: without it, the compiler would take any two signatures of the same result for one type. */
  readonly [MISSING]?: Missing
  /** Sends it. Arguments that are still missing do not compile. */
  delay(this: Signature<R, []>): Promise<AsyncResult<R>>
  /** Sends it with options that add to, or replace, its own. */
  applyAsync(this: Signature<R, []>, options?: EnqueueOptions): Promise<AsyncResult<R>>
  /** The same signature with more options. */
  set(options: EnqueueOptions): Signature<R, Missing>
}

/** Builds a {@link Signature}. */
export function signature<R, Missing extends unknown[]>(
  task: string,
  args: readonly unknown[],
  options: EnqueueOptions = {},
  immutable = false,
): Signature<R, Missing> {
  return Object.freeze({
    task,
    args: Object.freeze([...args]),
    options: Object.freeze({ ...options }),
    immutable,
    delay: () => enqueue(task, args, options) as Promise<AsyncResult<R>>,
    applyAsync: (more: EnqueueOptions = {}) => enqueue(task, args, { ...options, ...more }) as Promise<AsyncResult<R>>,
    set: (more: EnqueueOptions) => signature<R, Missing>(task, args, { ...options, ...more }, immutable),
  })
}

/** Any tail of an argument list: `[a, b]`, `[b]` or `[]` of `(a, b)`. */
export type Tails<Args extends unknown[]> = Args extends [unknown, ...infer Rest] ? Args | Tails<Rest> : Args

/** What is missing in front of a given tail. Nothing, where what is given is enough to run. */
export type Missing<Args extends unknown[], Given extends unknown[]> = Given extends Args
  ? []
  : Required<Args> extends [...infer Front, ...AnyOf<Given>]
    ? Front
    : Args

/** As many values, of any type: `s(80)` is inferred as the literal `[80]`, which no argument list ends in. */
type AnyOf<Given extends unknown[]> = { [Index in keyof Given]: unknown }

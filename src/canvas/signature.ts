import type { WorkflowFailure } from '../errors/workflow-failed-error.js'
import type { AsyncResult } from '../task/async-result.js'
import type { EnqueueOptions } from '../task/enqueue-options.js'
import type { WorkflowOptions } from '../task/workflow-options.js'
import type { WorkflowResult } from '../task/workflow-result.js'
import type { AnyCanvas, Canvas, Fits } from './canvas.js'
import type { TaskData } from './canvas-data.js'
import { canvasOf } from './signature-of.js'

/**
 * A task with its arguments and options: the smallest {@link Canvas}. Sending it makes a plain job, and a workflow only
 * where it has links.
 *
 * @typeParam R what the task returns
 * @typeParam Missing the leading arguments that are still to come (a chain fills them in)
 * @typeParam Takes what it can be given as the result of what comes before it; nothing, where all arguments are given
 */
export interface Signature<
  R = unknown,
  Missing extends unknown[] = [],
  Takes = Missing extends [infer One] ? One : never,
> extends Canvas<R, Missing, Takes>,
    TaskData {
  readonly kind: 'task'
  delay(...missing: Missing): Promise<AsyncResult<R>>
  /** Sends it with options that add to, or replace, its own. Arguments that are still missing do not compile. */
  applyAsync(this: Canvas<R>, options?: EnqueueOptions): Promise<AsyncResult<R>>
  clone(...missing: Missing): Signature<R>
  link<Callback extends AnyCanvas>(callback: Callback & Fits<R, Callback>): LinkedSignature<R, Missing, Takes>
  linkError<Callback extends AnyCanvas>(
    callback: Callback & Fits<WorkflowFailure, Callback>,
  ): LinkedSignature<R, Missing, Takes>
  onError<Callback extends AnyCanvas>(
    callback: Callback & Fits<WorkflowFailure, Callback>,
  ): LinkedSignature<R, Missing, Takes>
}

/** A task with callbacks: sending it makes a workflow. Of its options, `taskId` and a name are the workflow's. */
export interface LinkedSignature<R, Missing extends unknown[], Takes> extends Signature<R, Missing, Takes> {
  delay(...missing: Missing): Promise<WorkflowResult<R>>
  applyAsync(this: Canvas<R>, options?: EnqueueOptions & Pick<WorkflowOptions, 'name'>): Promise<WorkflowResult<R>>
  clone(...missing: Missing): LinkedSignature<R, [], never>
}

/**
 * A task by its name, with arguments: for tasks of other programs. The compiler knows of it what it is told.
 *
 * @param immutable it takes no result of what comes before it
 * @throws TaskqError `TASKQ_WORKFLOW_INVALID`
 *
 * @example
 * chain(signature<number>('prices.Total', [42]), SendInvoice.s())
 */
export function signature<R = unknown, Missing extends unknown[] = [], Takes = unknown>(
  task: string,
  args: readonly unknown[] = [],
  options: EnqueueOptions = {},
  immutable = false,
): Signature<R, Missing, Takes> {
  const data: TaskData = { kind: 'task', task, args, options, immutable, links: [], errorLinks: [] }
  return canvasOf(data, 'signature') as Signature<R, Missing, Takes>
}

/** Any tail of an argument list: `[a, b]`, `[b]` or `[]` of `(a, b)`. */
export type Tails<Args extends unknown[]> = Args extends [unknown, ...infer Rest] ? Args | Tails<Rest> : Args

/** What is missing in front of a given tail. Nothing, where what is given is enough to run. */
export type Missing<Args extends unknown[], Given extends unknown[]> = Given extends Args
  ? []
  : Given extends []
    ? Needed<Args>
    : FrontOf<Args, Given>

/** The shortest front that makes a call of what is given. */
type FrontOf<Args extends unknown[], Given extends unknown[], Front extends unknown[] = []> = [
  ...Front,
  ...Given,
] extends Args
  ? Front
  : Required<Args> extends [...Front, infer Next, ...unknown[]]
    ? FrontOf<Args, Given, [...Front, Next]>
    : Args

/** The arguments that nobody may leave out. */
type Needed<Args extends unknown[]> = number extends Args['length']
  ? FirstOf<Args>
  : Args extends Required<Args>
    ? Args
    : FirstOf<Args>
type FirstOf<Args extends unknown[]> = Args extends [infer First, ...infer Rest] ? [First, ...Needed<Rest>] : []

/** What may be put in front of a given tail, alone, so that it can run: any value where the task takes none. */
export type Takes<Args extends unknown[], Given extends unknown[]> = [Args[0], ...Given] extends Args
  ? Args[0]
  : Args extends []
    ? unknown
    : never

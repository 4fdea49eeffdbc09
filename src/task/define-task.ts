import { type Missing, type Signature, signature, type Tails, type Takes } from '../canvas/signature.js'
import { TaskqError } from '../errors/taskq-error.js'
import type { AsyncResult } from './async-result.js'
import type { TaskDefinition } from './definition.js'
import type { EnqueueManyOptions, ManyCalls, ManyEnqueued } from './enqueue-many.js'
import type { EnqueueOptions } from './enqueue-options.js'
import { enqueue, enqueueMany } from './enqueuer.js'
import { bindHooks, checkHooks, type FunctionHooks } from './hooks.js'
import { resolveTaskOptions, type TaskOptions } from './options.js'
import { registerTask } from './registry.js'
import type { RunContext } from './run-context.js'
import type { SchemaArgs, StandardSchema } from './schema.js'
import { callerOf } from './source.js'

/** A task made of a function: the same ways to be called as a class. */
export interface FunctionTask<Args extends unknown[], R, P = unknown> {
  readonly definition: TaskDefinition
  /** Enqueues a job with these arguments. */
  delay(...args: Args): Promise<AsyncResult<R, P>>
  /** Enqueues a job with these arguments and options. */
  applyAsync(args: Args, options?: EnqueueOptions): Promise<AsyncResult<R, P>>
  /** Enqueues many jobs, each with arguments of its own, in bounded memory; see `BaseTask.delayMany`. */
  delayMany(calls: ManyCalls<Args>, options?: EnqueueManyOptions): Promise<ManyEnqueued>
  /** A signature with these arguments; leading ones may be left out for a chain to fill in. */
  s<const Given extends Tails<Args>>(...args: Given): Signature<R, Missing<Args, Given>, Takes<Args, Given>>
  /** An immutable signature: all arguments are given, no earlier result is taken. */
  si(...args: Args): Signature<R, [], unknown>
}

/** Nothing more where the arguments that a schema lets pass are for `run`, else the schema that it should be. */
type LettingPass<S extends StandardSchema, Args extends unknown[]> =
  SchemaArgs<S> extends Args ? unknown : StandardSchema<Args>

/** A function's runs with its hooks. */
const hookedBy =
  (hooks: FunctionHooks, run: TaskDefinition['run']): NonNullable<TaskDefinition['hooked']> =>
  (context) => ({ hooks: bindHooks(hooks, context), run: (args) => run(context, args) })

/**
 * Makes a function a task.
 *
 * @param options as in `@Task`; `name` may be left out where the function has one
 * @param run gets the run's context and the job's arguments; `(ctx: RunContext<number>, …)` types its progress
 * @param hooks what is called around its runs
 * @throws TaskqError as `@Task` does
 *
 * @example
 * export const resize = defineTask({ name: 'images.resize', queue: 'images' }, async (ctx, path: string) => {
 *   await ctx.progress(0.5)
 *   return { path }
 * })
 * await resize.delay('cat.png')
 */
export function defineTask<Args extends unknown[], R, S extends StandardSchema = StandardSchema, P = unknown>(
  options: TaskOptions & { readonly schema?: S & LettingPass<S, NoInfer<Args>> },
  run: (context: RunContext<P>, ...args: Args) => R,
  hooks?: FunctionHooks<NoInfer<Args>, Awaited<NoInfer<R>>>,
): FunctionTask<Args, Awaited<R>, P> {
  if (typeof run !== 'function') {
    throw new TaskqError('TASKQ_TASK_INVALID', 'defineTask was given no function', {
      hint: "Write defineTask({ name: 'my.task' }, async (ctx, …args) => { … }).",
    })
  }
  const resolved = resolveTaskOptions(options, run.name)
  checkHooks(resolved.name, hooks)
  const runWith = (context: RunContext, args: readonly unknown[]) => run(context, ...(args as Args))
  const definition: TaskDefinition = Object.freeze({
    ...resolved,
    source: callerOf(defineTask),
    run: runWith,
    ...(hooks && { hooked: hookedBy(hooks as FunctionHooks, runWith) }),
  })
  registerTask(definition)
  const { name } = definition
  type Result = AsyncResult<Awaited<R>, P>
  return Object.freeze({
    definition,
    delay: (...args: Args) => enqueue(name, args) as Promise<Result>,
    applyAsync: (args: Args, more?: EnqueueOptions) => enqueue(name, args, more) as Promise<Result>,
    delayMany: (calls: ManyCalls<Args>, more?: EnqueueManyOptions) => enqueueMany(name, calls, more),
    s: <const Given extends Tails<Args>>(...args: Given) =>
      signature<Awaited<R>, Missing<Args, Given>, Takes<Args, Given>>(name, args),
    si: (...args: Args) => signature<Awaited<R>, []>(name, args, {}, true),
  })
}

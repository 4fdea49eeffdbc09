import type { Canvas } from '../canvas/canvas.js'
import { type Missing, type Signature, signature, type Tails, type Takes } from '../canvas/signature.js'
import { TaskqError } from '../errors/taskq-error.js'
import { Retry, type RetrySignalOptions } from '../retry/signals.js'
import type { AsyncResult } from './async-result.js'
import type { EnqueueManyOptions, ManyCalls, ManyEnqueued } from './enqueue-many.js'
import type { EnqueueOptions } from './enqueue-options.js'
import { enqueue, enqueueMany } from './enqueuer.js'
import type { NextRun, RunEnd } from './hooks.js'
import { taskNameOf } from './metadata.js'
import type { JobRequest, RunContext, TaskLogger } from './run-context.js'
import type { WorkflowResult } from './workflow-result.js'

const CONTEXT = Symbol.for('taskq.context')

/** A class that can be a task: made without arguments, with a `run` method. */
export type TaskClass = abstract new () => { run(...args: never[]): unknown }
/** The arguments of a task class's `run`. */
export type TaskArgs<C extends TaskClass> = Parameters<InstanceType<C>['run']>
/** What a task class's `run` returns, awaited. */
export type TaskResult<C extends TaskClass> = Awaited<ReturnType<InstanceType<C>['run']>>
/** What a task class tells of its progress. */
export type TaskProgress<C extends TaskClass> =
  InstanceType<C> extends { progress(value: infer P): Promise<void> } ? P : unknown
/** A handle on a job of a task class. */
type Handle<C extends TaskClass> = AsyncResult<TaskResult<C>, TaskProgress<C>>

/**
 * The base of task classes: gives `run` its job (`this.request`, `this.log`, `this.signal`,
 * `this.progress`) and the class its typed ways to be called (`delay`, `applyAsync`, `s`, `si`).
 * A new instance is made for every run.
 *
 * @typeParam P what `this.progress` takes, and those get who follow a job: `extends BaseTask<{ done: number }>`
 *
 * @example
 * @Task({ queue: 'emails', retries: 5, rateLimit: '100/m' })
 * export class SendWelcomeEmail extends BaseTask {
 *   async run(userId: string) {
 *     this.log.info({ userId }, 'sending')
 *     return { sent: true }
 *   }
 * }
 * const result = await SendWelcomeEmail.delay('u_42')
 * await result.get({ timeout: '10s' })   // { sent: true }
 */
export abstract class BaseTask<P = unknown> {
  abstract run(...args: never[]): unknown

  /** Who this job is: id, attempt, queue… */
  get request(): JobRequest {
    return contextOf(this).request
  }

  /** Logs with the job's id; the lines are kept with the job. */
  get log(): TaskLogger {
    return contextOf(this).log
  }

  /** Aborted when the worker must stop before the task is done. */
  get signal(): AbortSignal {
    return contextOf(this).signal
  }

  /** Stores how far the job is: a number from 0 to 1, or any JSON. */
  progress(value: P): Promise<void> {
    return contextOf(this).progress(value)
  }

  /**
   * Ends this run, and the job runs again: throws {@link Retry}. Write `throw this.retry(…)`, so that the compiler knows
   * that nothing comes after it.
   */
  retry(options?: RetrySignalOptions): never {
    throw new Retry(options)
  }

  /**
   * Makes a job, or a workflow: a run of the same job after this one finds it again. See {@link RunContext.spawn}.
   *
   * @example
   * const pages = await this.spawn(group(urls.map((url) => FetchPage.s(url))))
   * return pages.get({ timeout: '5m' }) // others have this run's slot meanwhile
   */
  spawn<R>(canvas: Canvas<R>): Promise<WorkflowResult<R>> {
    return contextOf(this).spawn(canvas)
  }

  /**
   * Puts a workflow in the job's place: write `return this.replace(…)`, for it throws what ends the run. See
   * {@link RunContext.replace}.
   */
  replace<R>(canvas: Canvas<R>): Promise<R> {
    return contextOf(this).replace(canvas)
  }

  /** Adds one more member to the group that this job is a member of. See {@link RunContext.addToChord}. */
  addToChord(canvas: Canvas): Promise<AsyncResult> {
    return contextOf(this).addToChord(canvas)
  }

  // Hooks. All are a part of the run, within its time limits, and awaited. What beforeStart throws fails the run; what
  // the others throw is logged and changes nothing.

  /** Called before `run`. */
  beforeStart?(args: Parameters<this['run']>): unknown
  /** Called when `run` has returned. */
  onSuccess?(result: Awaited<ReturnType<this['run']>>, args: Parameters<this['run']>): unknown
  /** Called when the run has failed and the job runs again. */
  onRetry?(error: Error, args: Parameters<this['run']>, next: NextRun): unknown
  /** Called when the job has failed for good. */
  onFailure?(error: Error, args: Parameters<this['run']>): unknown
  /** Called after all others, whatever the run came to. */
  afterReturn?(end: RunEnd<Awaited<ReturnType<this['run']>>>, args: Parameters<this['run']>): unknown

  /**
   * Enqueues a job with these arguments.
   *
   * @throws TaskqError `TASKQ_PAYLOAD_NOT_JSON`, `TASKQ_PAYLOAD_TOO_LARGE`, `TASKQ_PAYLOAD_INVALID`,
   *   `TASKQ_ENQUEUE_NOT_SENT`, `TASKQ_ENQUEUE_UNKNOWN`, `TASKQ_ENQUEUE_REFUSED`, `TASKQ_BROKER_AUTH`;
   *   `TASKQ_TASK_NOT_REGISTERED` for a class without `@Task`; at the process's first use also `TASKQ_CONFIG_INVALID`,
   *   `TASKQ_CONFIG_UNREADABLE`, `TASKQ_EMBEDDED_REFUSED`, `TASKQ_EMBEDDED_START` and `TASKQ_BROKER_CONFIG`
   */
  static delay<C extends TaskClass>(this: C, ...args: TaskArgs<C>): Promise<Handle<C>> {
    return enqueue(taskNameOf(this), args) as Promise<Handle<C>>
  }

  /**
   * Enqueues a job with these arguments and options.
   *
   * @throws TaskqError what {@link BaseTask.delay} throws, and `TASKQ_ENQUEUE_OPTION_INVALID` naming every wrong option
   */
  static applyAsync<C extends TaskClass>(this: C, args: TaskArgs<C>, options?: EnqueueOptions): Promise<Handle<C>> {
    return enqueue(taskNameOf(this), args, options) as Promise<Handle<C>>
  }

  /**
   * Enqueues many jobs, each with arguments of its own, in bounded memory: `calls` is any iterable, also an asynchronous
   * one, and is read as fast as the broker takes the jobs.
   *
   * @throws TaskqError what {@link BaseTask.applyAsync} throws, for the first call that fails: none after its chunk is
   *   tried. `data.failed` has the places of those that failed, `data.next` the first that was not tried
   *
   * @example
   * await SendNewsletter.delayMany(users.map((user) => [user.id]))   // { enqueued: 250000, deduplicated: 0 }
   */
  static delayMany<C extends TaskClass>(
    this: C,
    calls: ManyCalls<TaskArgs<C>>,
    options?: EnqueueManyOptions,
  ): Promise<ManyEnqueued> {
    return enqueueMany(taskNameOf(this), calls, options)
  }

  /** A signature with these arguments; leading ones may be left out for a chain to fill in. */
  static s<C extends TaskClass, const Given extends Tails<TaskArgs<C>>>(
    this: C,
    ...args: Given
  ): Signature<TaskResult<C>, Missing<TaskArgs<C>, Given>, Takes<TaskArgs<C>, Given>> {
    return signature(taskNameOf(this), args)
  }

  /** An immutable signature: all arguments are given, no earlier result is taken. */
  static si<C extends TaskClass>(this: C, ...args: TaskArgs<C>): Signature<TaskResult<C>, [], unknown> {
    return signature(taskNameOf(this), args, {}, true)
  }
}

/** Gives a task's instance the context of the run it was made for. */
export function attachContext(instance: object, context: RunContext): void {
  Object.defineProperty(instance, CONTEXT, { value: context })
}

function contextOf(instance: object): RunContext {
  const context = (instance as { [CONTEXT]?: RunContext })[CONTEXT]
  if (context !== undefined) return context
  throw new TaskqError('TASKQ_TASK_INVALID', `${instance.constructor.name} is used outside a run`, {
    hint: 'this.request, this.log, this.signal and this.progress exist while a worker runs the task.',
  })
}

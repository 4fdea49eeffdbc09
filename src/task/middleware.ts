import { TaskqError } from '../errors/taskq-error.js'
import type { AsyncResult } from './async-result.js'
import type { TaskDefinition } from './definition.js'
import type { EnqueueOptions } from './enqueue-options.js'
import type { RunContext } from './run-context.js'

/** A call of a task on its way to the broker. */
export interface EnqueueCall {
  readonly task: string
  readonly args: readonly unknown[]
  readonly options: EnqueueOptions
}

/** Code around every enqueue, every run, or both. The first of a list is the outermost. */
export interface Middleware {
  /**
   * Called for every call of a task in this process, before it is checked. What it throws is the caller's, and nothing
   * is sent.
   *
   * @param next goes on, with another call where one is given: `next({ ...call, options: { ...call.options, queue } })`
   * @returns the handle that the caller gets: what `next` gave
   */
  enqueue?(call: EnqueueCall, next: (call?: EnqueueCall) => Promise<AsyncResult>): Promise<AsyncResult>
  /**
   * Called for every run of a task, where its code runs. What it throws ends the run as if the task had thrown it.
   *
   * @param next runs the task, and resolves with what it returned
   * @param args the job's arguments
   * @returns the run's result: what `next` gave, or another
   */
  run?(context: RunContext, next: () => Promise<unknown>, args: readonly unknown[]): unknown
}

/** Sends a call. */
export type SendCall = (call: EnqueueCall) => Promise<AsyncResult>

/** Puts the middlewares around a way to send calls; the same one where none has to do with calls. */
export function aroundEnqueue(middlewares: readonly Middleware[], send: SendCall): SendCall {
  return middlewares.reduceRight<SendCall>((inner, middleware) => {
    if (middleware.enqueue === undefined) return inner
    return async (call) => {
      const next = once((other: EnqueueCall = call) => inner(other))
      const handle = await middleware.enqueue?.(call, next)
      if (typeof handle?.id !== 'string')
        throw misused(`the enqueue of a middleware returned no handle for a call of ${call.task}`)
      return handle
    }
  }, send)
}

/** The same task with the middlewares around its runs; itself where none has to do with runs. */
export function aroundRuns(middlewares: readonly Middleware[], task: TaskDefinition): TaskDefinition {
  const layers = middlewares.flatMap((middleware) =>
    middleware.run === undefined ? [] : [middleware.run.bind(middleware)],
  )
  if (layers.length === 0) return task
  const around = (code: TaskDefinition['run']): TaskDefinition['run'] =>
    layers.reduceRight(
      (inner, layer) => (context, args) => {
        const next = once(async () => inner(context, args))
        return layer(context, next, args)
      },
      code,
    )
  const { run, hooked } = task
  return Object.freeze({
    ...task,
    run: around(run),
    ...(hooked && {
      hooked: (context: RunContext) => {
        const begun = hooked(context)
        if (begun === undefined) return undefined
        const wrapped = around((_, args) => begun.run(args))
        return { ...begun, run: (args: readonly unknown[]) => wrapped(context, args) }
      },
    }),
  })
}

/** Twice would enqueue two jobs, or run the task twice. */
function once<Args extends unknown[], R>(next: (...args: Args) => Promise<R>): (...args: Args) => Promise<R> {
  let called = false
  return async (...args) => {
    if (called) throw misused('a middleware called next() twice')
    called = true
    return next(...args)
  }
}

const misused = (message: string): TaskqError =>
  new TaskqError('TASKQ_MIDDLEWARE_INVALID', message, { hint: 'Call next() once, and return what it gave.' })

import { readableForm } from '../codec/readable-form.js'
import type { AsyncResult } from '../task/async-result.js'
import type { EnqueueOptions } from '../task/enqueue-options.js'
import type { App } from './app.js'

/** A call of a task by its name. */
export interface TaskCall {
  readonly task: string
  readonly args: readonly unknown[]
  readonly options: EnqueueOptions
  /** How long to wait for the result; undefined for not at all. */
  readonly waitMs: number | undefined
}

/** A job that was enqueued; with its result, where that was waited for. */
export type CalledJob = EnqueuedJob | WaitedJob

/** A job that was not waited for. */
export interface EnqueuedJob {
  readonly id: string
  /** Where it was there already, and stands for the call. */
  readonly deduplicated?: true
}

/** A job that succeeded. */
export interface WaitedJob {
  readonly id: string
  readonly state: 'succeeded'
  /** JSON: `null` for a task that returned nothing. */
  readonly result: unknown
}

/**
 * Enqueues a job, with what the project's code says of its task; waits where that is wanted.
 *
 * @throws TaskqError as `applyAsync` and `AsyncResult.get` do
 */
export async function callTask(app: App, call: TaskCall, warn: (message: string) => void): Promise<CalledJob> {
  const { failures } = await app.discover()
  if (failures.length > 0) warn(`${failures.length} task file(s) cannot be imported: see taskq list`)
  const client = await app.client()
  return awaitJob(await client.enqueue(call.task, call.args, call.options), call.waitMs)
}

/** Waits for a job's result, where that is wanted. */
export async function awaitJob(handle: AsyncResult, waitMs: number | undefined): Promise<CalledJob> {
  if (waitMs === undefined) return { id: handle.id, ...(handle.deduplicated && { deduplicated: true as const }) }
  const result = readableForm(await handle.get({ timeout: waitMs })) ?? null
  return { id: handle.id, state: 'succeeded', result }
}

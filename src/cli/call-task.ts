import type { App } from '../app/app.js'
import { safeLines } from '../codec/safe-text.js'
import { formatProblem, show } from '../errors/problems.js'
import { TaskqError } from '../errors/taskq-error.js'
import type { AsyncResult } from '../task/async-result.js'
import type { EnqueueOptions } from '../task/enqueue-options.js'
import { DURATION_FORM, type Duration, parseDuration } from '../time/duration.js'

/** The flags of `taskq call`, as they were given. */
export interface CallFlags {
  readonly task: string
  readonly args: string
  readonly queue?: string | undefined
  readonly countdown?: string | undefined
  readonly retries?: number | undefined
  readonly wait: boolean
  readonly timeout: string
}

/** A call that can be made. */
export interface TaskCall {
  readonly task: string
  readonly args: readonly unknown[]
  readonly options: EnqueueOptions
  /** How long to wait for the result; undefined for not at all. */
  readonly waitMs: number | undefined
}

/** Reads the flags. @throws TaskqError `TASKQ_USAGE` */
export function parseCall(flags: CallFlags): TaskCall {
  const { task, queue, countdown, retries, wait, timeout } = flags
  const options: EnqueueOptions = {
    ...(queue !== undefined && { queue }),
    ...(countdown !== undefined && { countdown: durationFlag('--countdown', countdown) }),
    ...(retries !== undefined && { retries }),
  }
  const waitMs = durationFlag('--timeout', timeout)
  return { task, args: parseArgs(flags.args), options, waitMs: wait ? waitMs : undefined }
}

/** Enqueues; waits where that is wanted. Gives what is printed. */
export async function callTask(
  app: App,
  call: TaskCall,
  warn: (message: string) => void,
): Promise<{ text: string; json: object }> {
  const { failures } = await app.discover()
  if (failures.length > 0) warn(`${failures.length} task file(s) cannot be imported: see taskq list`)
  const client = await app.client()
  return tellJob(await client.enqueue(call.task, call.args, call.options), call.waitMs)
}

/** Tells a job's id; or its result, after waiting for it. */
export async function tellJob(
  handle: AsyncResult,
  waitMs: number | undefined,
): Promise<{ text: string; json: object }> {
  if (waitMs === undefined) return { text: handle.id, json: { id: handle.id } }
  const result = (await handle.get({ timeout: waitMs })) ?? null
  return { text: safeLines(JSON.stringify(result, null, 2)), json: { id: handle.id, state: 'succeeded', result } }
}

/** A duration as it stands on a command line, where digits alone are milliseconds. @throws TaskqError `TASKQ_USAGE` */
export function durationFlag(flag: string, text: string): number {
  const ms = parseDuration(/^\d{1,15}$/.test(text) ? Number(text) : (text as Duration))
  if (ms !== undefined) return ms
  const problem = formatProblem({ key: flag, expected: DURATION_FORM, got: show(text) })
  throw new TaskqError('TASKQ_USAGE', problem)
}

/** A job's arguments as they stand on a command line. @throws TaskqError `TASKQ_USAGE` */
export function parseArgs(text: string): readonly unknown[] {
  const wrong = (got: string) =>
    new TaskqError('TASKQ_USAGE', formatProblem({ key: '--args', expected: 'a JSON array', got }), {
      hint: `In most shells: --args '["u_42", 3]'`,
    })
  try {
    const args: unknown = JSON.parse(text)
    if (Array.isArray(args)) return args
  } catch {
    throw wrong(show(text))
  }
  throw wrong(show(JSON.parse(text)))
}

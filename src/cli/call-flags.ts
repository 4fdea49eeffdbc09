import type { TaskCall } from '../app/call-task.js'
import type { ExplainedCall } from '../app/check/explain-task.js'
import { formatProblem, show } from '../errors/problems.js'
import { TaskqError } from '../errors/taskq-error.js'
import { readEnqueueOptions } from '../task/enqueue-problems.js'
import { taskNameProblem } from '../task/names.js'
import { DURATION_FORM, type Duration, parseDuration } from '../time/duration.js'
import { type CallOptionFlags, parseCallOptions } from './call-options.js'

/** The flags of `taskq call`, as they were given. */
export interface CallFlags extends CallOptionFlags {
  readonly task: string
  readonly args: string
  readonly wait: boolean
  readonly timeout: string
}

/** Reads the flags. @throws TaskqError `TASKQ_USAGE` */
export function parseCall(flags: CallFlags): TaskCall {
  const { task, args, wait, timeout } = flags
  return { task, args: parseArgs(args), options: parseCallOptions(flags), waitMs: waitFlag({ wait, timeout }) }
}

/** A call that is only to be explained, as its flags were given. */
export interface ExplainedFlags {
  readonly task: string
  readonly args?: string | undefined
  readonly queue?: string | undefined
  readonly priority?: number | undefined
}

/** Reads the flags. @throws TaskqError `TASKQ_USAGE` */
export function parseExplained({ task, args = '[]', queue, priority }: ExplainedFlags): ExplainedCall {
  const options = { ...(queue !== undefined && { queue }), ...(priority !== undefined && { priority }) }
  const { call, problems } = readEnqueueOptions(options, Date.now())
  const named = taskNameProblem('--explain', task)
  const wrong = [...(named === undefined ? [] : [named]), ...problems.map((one) => ({ ...one, key: `--${one.key}` }))]
  if (wrong.length > 0) throw new TaskqError('TASKQ_USAGE', wrong.map(formatProblem).join('; '))
  return { task, args: parseArgs(args), options, call }
}

/** How long `--wait` waits: not at all where it is not given. A wrong `--timeout` is refused in any case. */
export function waitFlag({ wait, timeout }: Pick<CallFlags, 'wait' | 'timeout'>): number | undefined {
  const ms = durationFlag('--timeout', timeout)
  return wait ? ms : undefined
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

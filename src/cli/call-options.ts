import { formatProblem } from '../errors/problems.js'
import { TaskqError } from '../errors/taskq-error.js'
import type { EnqueueOptions } from '../task/enqueue-options.js'
import { readEnqueueOptions } from '../task/enqueue-problems.js'
import type { Duration } from '../time/duration.js'

/** The options of a call, as its flags were given. */
export interface CallOptionFlags {
  readonly queue?: string | undefined
  readonly countdown?: string | undefined
  readonly eta?: string | undefined
  readonly expires?: string | undefined
  readonly priority?: number | undefined
  readonly retries?: number | undefined
  readonly 'task-id'?: string | undefined
}

/** Reads the flags. @throws TaskqError `TASKQ_USAGE`, naming all flags that are wrong */
export function parseCallOptions(flags: CallOptionFlags): EnqueueOptions {
  const { queue, countdown, eta, expires, priority, retries, 'task-id': taskId } = flags
  const given = {
    ...{ queue, eta, priority, retries, taskId },
    countdown: countdown && milliseconds(countdown),
    expires: expires && milliseconds(expires),
  }
  const options = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
  const { problems } = readEnqueueOptions(options, Date.now())
  if (problems.length === 0) return options
  const named = problems.map((problem) => ({
    ...problem,
    key: problem.key === 'taskId' ? '--task-id' : `--${problem.key}`,
  }))
  throw new TaskqError('TASKQ_USAGE', named.map(formatProblem).join('; '))
}

/** On a command line, digits alone are milliseconds. */
const milliseconds = (text: string): Duration | string => (/^\d{1,15}$/.test(text) ? Number(text) : text)

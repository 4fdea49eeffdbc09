import type { Engine } from '../engine/engine.js'
import type { KeyedLimit } from '../engine/limits/lane-limits.js'
import type { TaskFacts } from '../engine/workers/worker-registry.js'
import { didYouMean } from '../errors/nearest.js'
import { formatProblem, type Problem, show } from '../errors/problems.js'
import { TaskqError } from '../errors/taskq-error.js'
import { MAX_CONCURRENCY } from '../task/options/limit-options.js'
import { formatDuration } from '../time/duration.js'
import { formatRate, parseRate, RATE_FORM } from '../time/rate.js'
import type { ActionReport } from './dashboard.js'

/**
 * Holds a task to a rate for all workers at once, whatever the code says, until it is set again; `null` puts the code's
 * rate back.
 *
 * @throws TaskqError `TASKQ_TASK_UNKNOWN`, `TASKQ_CONTROL_INVALID`
 */
export async function setRateLimit(engine: Engine, task: string, rate: string | null): Promise<ActionReport> {
  const window = rate === null ? undefined : parseRate(rate)
  if (rate !== null && window === undefined) throw invalid({ key: 'rate', expected: RATE_FORM, got: show(rate) })
  const facts = await requireTask(engine, task)
  if (window === undefined) return clearRateLimit(engine, task, facts)
  if (!facts.limited) throw hasNoLane(task)
  await engine.taskLimits.setRate(facts.queue, task, window)
  return report(`${task} is limited to ${formatRate(window)}${perKey(facts, 'rate')}`)
}

/** Also where the code has lost its rate since: what was set is stored until it is taken away. */
async function clearRateLimit(engine: Engine, task: string, facts: TaskFacts): Promise<ActionReport> {
  const { queue, limited, rate, maxConcurrency } = facts
  const hasNone = !limited || (rate === undefined && maxConcurrency !== undefined)
  await engine.taskLimits.clearRate(queue, task, hasNone ? 'none' : rate)
  if (hasNone) return report(`${task} has no rate limit, as its code says`)
  const code = rate === undefined ? 'its code says once a worker starts' : `${formatRate(rate)}, as its code says`
  return report(`${task} is limited to ${code}`)
}

/**
 * Lets at most so many jobs of a task run at once over all workers, whatever the code says, until it is set again;
 * `null` puts the code's number back.
 *
 * @throws TaskqError `TASKQ_TASK_UNKNOWN`, `TASKQ_CONTROL_INVALID`
 */
export async function setMaxConcurrency(engine: Engine, task: string, most: number | null): Promise<ActionReport> {
  if (most !== null && !(Number.isInteger(most) && most >= 1 && most <= MAX_CONCURRENCY))
    throw invalid({ key: 'maxConcurrency', expected: `a whole number from 1 to ${MAX_CONCURRENCY}`, got: show(most) })
  const facts = await requireTask(engine, task)
  if (most !== null && !facts.limited) throw hasNoLane(task)
  const { queue, maxConcurrency } = facts
  if (most === null) {
    await engine.taskLimits.clearMaxConcurrency(queue, task, maxConcurrency ?? 'none')
    return report(
      maxConcurrency === undefined
        ? `${task} has no limit of jobs at once, as its code says`
        : `${task} runs ${maxConcurrency} at once at the most, as its code says`,
    )
  }
  await engine.taskLimits.setMaxConcurrency(queue, task, most)
  return report(`${task} runs ${most} at once at the most${perKey(facts, 'concurrency')}`)
}

const perKey = ({ keyed }: TaskFacts, limit: KeyedLimit): string => (keyed?.includes(limit) ? ' for each key' : '')

/** How long a run may take, in milliseconds. */
interface RunTimes {
  /** Its signal is aborted after so long. */
  readonly softMs?: number
  /** It is given up after so long. */
  readonly hardMs?: number
}

/**
 * Limits how long a task's runs may take, for those that start from now on; `null` takes the limits away.
 *
 * @throws TaskqError `TASKQ_TASK_UNKNOWN`, `TASKQ_CONTROL_INVALID`
 */
export async function setTimeLimit(engine: Engine, task: string, limits: RunTimes | null): Promise<ActionReport> {
  const problems = limits === null ? [] : timeProblems(limits)
  if (problems.length > 0) throw invalid(...problems)
  await requireTask(engine, task)
  if (limits === null) {
    await engine.taskLimits.clearTimes(task)
    return report(`runs of ${task} are not limited`)
  }
  await engine.taskLimits.setTimes(task, limits)
  return report(`runs of ${task} are limited: ${describeTimes(limits)}`)
}

function timeProblems({ softMs, hardMs }: RunTimes): Problem[] {
  const given = Object.entries({ softMs, hardMs }).filter(([, ms]) => ms !== undefined)
  if (given.length === 0) return [{ key: 'time limit', expected: 'softMs, hardMs or both', got: 'neither' }]
  const wrong = given.filter(([, ms]) => !isTime(ms))
  if (wrong.length > 0) return wrong.map(([key, ms]) => ({ key, expected: TIME_FORM, got: show(ms) }))
  if (softMs === undefined || hardMs === undefined || softMs < hardMs) return []
  return [{ key: 'softMs', expected: `less than hardMs, ${formatDuration(hardMs)}`, got: formatDuration(softMs) }]
}

/** No timer of a process is longer. */
const LONGEST_MS = 86_400_000
const TIME_FORM = `a whole number of milliseconds from 1 to ${LONGEST_MS}`

const isTime = (ms: unknown): boolean => Number.isInteger(ms) && (ms as number) >= 1 && (ms as number) <= LONGEST_MS

const describeTimes = ({ softMs, hardMs }: RunTimes): string =>
  [
    ...(softMs === undefined ? [] : [`told to end after ${formatDuration(softMs)}`]),
    ...(hardMs === undefined ? [] : [`given up after ${formatDuration(hardMs)}`]),
  ].join(', ')

const report = (text: string): ActionReport => ({ done: 1, refused: [], text })

const invalid = (...problems: readonly Problem[]): TaskqError =>
  new TaskqError('TASKQ_CONTROL_INVALID', problems.map(formatProblem).join('; '))

const hasNoLane = (task: string): TaskqError =>
  new TaskqError('TASKQ_CONTROL_INVALID', `${task} has no limit in its code`, {
    hint: 'Jobs of a limited task wait apart from others, from the moment they are enqueued. Give it a rateLimit or a maxConcurrency in @Task.',
    data: { task },
  })

async function requireTask(engine: Engine, task: string): Promise<TaskFacts> {
  const tasks = await engine.knownTasks()
  const facts = tasks.get(task)
  if (facts !== undefined) return facts
  const asked = didYouMean(task, tasks.keys())
  throw new TaskqError('TASKQ_TASK_UNKNOWN', `no worker knows the task ${show(task)}${asked}`, {
    hint: 'A task is known once a worker that has it was started.',
    data: { task },
  })
}

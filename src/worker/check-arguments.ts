import type { Envelope } from '../codec/envelope.js'
import type { ActiveJob } from '../engine/consumer.js'
import { describeFailure } from '../errors/job-failure.js'
import { isTaskqError } from '../errors/taskq-error.js'
import type { TaskDefinition } from '../task/definition.js'
import { checkArgs } from '../task/schema.js'
import { type AttemptRules, judge, type ThrewReport } from './attempt.js'
import { callsOf } from './each-call.js'
import type { EndedRun } from './pools/child.js'
import type { RunHandle } from './run-handle.js'
import { type TimeLimit, withinLimit } from './time-limit.js'

/**
 * Asks a task's schema about a job's arguments, before its run and in the worker. It has the hard limit of a run for
 * itself. Never throws.
 *
 * @returns what the job came to where it is not to run; undefined where it is
 */
export async function checkArguments(
  job: ActiveJob,
  task: TaskDefinition,
  { args, each }: Envelope,
  {
    rules,
    limit,
    handle,
  }: { readonly rules: AttemptRules; readonly limit: TimeLimit | undefined; readonly handle: RunHandle },
): Promise<ThrewReport | EndedRun | undefined> {
  const { hardMs } = limit ?? {}
  const check = async () =>
    each === undefined ? checkArgs(task, args) : checkEach(task, callsOf(task.name, args, each))
  try {
    await (hardMs === undefined ? check() : withinLimit(check, { hardMs }, job, handle))
  } catch (error) {
    if (isTaskqError(error, 'TASKQ_JOB_TIME_LIMIT')) return judge(task, error, rules)
    // More runs would not make them right.
    return { kind: 'threw', failure: describeFailure(error), verdict: { kind: 'dead' }, withoutRun: true }
  }
  // It was given back meanwhile, and may be running elsewhere.
  return handle.isOver ? { kind: 'ended' } : undefined
}

async function checkEach(task: TaskDefinition, calls: readonly (readonly unknown[])[]): Promise<void> {
  if (task.schema === undefined) return
  for (const args of calls) await checkArgs(task, args)
}

import { decodeEnvelope, type Envelope } from '../codec/envelope.js'
import { encodeResult } from '../codec/result.js'
import type { ActiveJob } from '../engine/consumer.js'
import { describeFailure, type JobFailure } from '../errors/job-failure.js'
import { TaskqError } from '../errors/taskq-error.js'
import { judgeFailure } from '../retry/verdict.js'
import type { TaskDefinition } from '../task/definition.js'
import type { RunContext } from '../task/run-context.js'
import { checkArgs } from '../task/schema.js'
import type { RunHandle } from './run-handle.js'
import type { RunOutcome } from './run-outcome.js'
import { type TimeLimit, withinLimit } from './time-limit.js'

/** What a run needs of its worker. */
export interface ExecutionSite {
  readonly findTask: (name: string) => TaskDefinition | undefined
  readonly contextOf: (job: ActiveJob, task: TaskDefinition, envelope: Envelope, handle: RunHandle) => RunContext
  /** Milliseconds that a result is kept where its task does not say. */
  readonly resultTtlMs: number
  /** How often a job may take its worker down before it is a dead letter. */
  readonly crashBudget: number
  /** How long a task's runs may take, where that is limited. */
  readonly timeLimitOf: (task: string) => TimeLimit | undefined
}

/** A job that no worker here knows is looked at again after this long. */
const UNKNOWN_TASK_WAIT_MS = 15_000

/**
 * Runs a job once and judges how it went: decode → guards → run → verdict. Never throws, whatever the
 * task does.
 */
export async function executeJob(job: ActiveJob, handle: RunHandle, site: ExecutionSite): Promise<RunOutcome> {
  if (job.revoked !== undefined) return revoked(job.revoked, site.findTask(job.task))
  const decoded = decodeEnvelope(job.data)
  if (decoded.kind === 'malformed') return { kind: 'dead', failure: describeFailure(decoded.error) }
  if (decoded.kind === 'later-version') return postponed(`its layout, version ${decoded.version}, is of a later taskq`)
  const task = site.findTask(job.task)
  if (task === undefined) return postponed('this worker does not know its task')
  if (job.crashes >= site.crashBudget) return { kind: 'dead', failure: describeFailure(crashed(job)) }
  const refused = task.schema === undefined ? undefined : await refusalOf(task, decoded.envelope)
  if (refused !== undefined) return { kind: 'dead', failure: refused }
  return run(job, task, decoded.envelope, handle, site)
}

/** Why a job's arguments are not for its task, where the schema says so: more runs would not make them right. */
async function refusalOf(task: TaskDefinition, { args }: Envelope): Promise<JobFailure | undefined> {
  try {
    await checkArgs(task, args)
    return undefined
  } catch (error) {
    return describeFailure(error)
  }
}

async function run(
  job: ActiveJob,
  task: TaskDefinition,
  envelope: Envelope,
  handle: RunHandle,
  site: ExecutionSite,
): Promise<RunOutcome> {
  const context = site.contextOf(job, task, envelope, handle)
  const limit = site.timeLimitOf(task.name)
  try {
    const value = await (limit === undefined
      ? task.run(context, envelope.args)
      : withinLimit(async () => task.run(context, envelope.args), limit, job, handle))
    return {
      kind: 'succeeded',
      keep: !task.ignoreResult,
      result: task.ignoreResult ? NO_RESULT : encodeResult(value),
      resultTtlMs: envelope.resultTtlMs ?? site.resultTtlMs,
    }
  } catch (thrown) {
    if (handle.revokedFor !== undefined) return revoked(handle.revokedFor, task)
    // A task that stopped because it was told to has not failed.
    if (handle.isAborted && !handle.isOverTime) return { kind: 'given-back' }
    return judge(job, task, envelope, thrown)
  }
}

function judge(job: ActiveJob, task: TaskDefinition, envelope: Envelope, thrown: unknown): RunOutcome {
  const failure = describeFailure(thrown)
  const policy = { retries: envelope.retries ?? task.retries, backoff: task.backoff }
  const verdict = judgeFailure(policy, job.attemptsMade + 1)
  return verdict.kind === 'retry' ? { kind: 'retry', failure, delayMs: verdict.delayMs } : { kind: 'dead', failure }
}

const NO_RESULT = { stored: null }

/** As after its success, a job whose task keeps no result leaves no trace. */
const revoked = (reason: string, task: TaskDefinition | undefined): RunOutcome => ({
  kind: 'revoked',
  reason,
  keep: task?.ignoreResult !== true,
})

const postponed = (reason: string): RunOutcome => ({ kind: 'postponed', delayMs: UNKNOWN_TASK_WAIT_MS, reason })

function crashed(job: ActiveJob): TaskqError {
  return new TaskqError(
    'TASKQ_JOB_CRASHED',
    `${job.task} (${job.id}) was running each of the ${job.crashes} times its worker died or was lost`,
    { hint: 'Look for process.exit, memory or native crashes in the task.' },
  )
}

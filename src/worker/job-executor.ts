import type { Envelope } from '../codec/envelope.js'
import type { EncodedResult } from '../codec/result.js'
import type { ActiveJob } from '../engine/consumer.js'
import { describeFailure } from '../errors/job-failure.js'
import { isTaskqError } from '../errors/taskq-error.js'
import type { TaskDefinition } from '../task/definition.js'
import { partOf } from '../task/names.js'
import type { RunContext } from '../task/run-context.js'
import { type AttemptReport, type AttemptRules, attempt, gaveUp, resultTooLarge, type ThrewReport } from './attempt.js'
import { checkArguments } from './check-arguments.js'
import {
  current,
  ignoresResult,
  isAckedEarly,
  type OpenedJob,
  type OpeningSite,
  openJob,
  revokedOutcome,
} from './open-job.js'
import type { EndedRun } from './pools/child.js'
import { runInChild, type UnplacedRun } from './pools/run-in-child.js'
import type { RunPools } from './pools/run-pools.js'
import type { SuspectRun, SuspectSite } from './quarantine/run-suspect.js'
import type { RunHandle } from './run-handle.js'
import type { RunOutcome } from './run-outcome.js'
import { stoppedOutcome } from './stopped-outcome.js'
import { type TimeLimit, withinLimit } from './time-limit.js'
import { endAsReplaced } from './workflows/end-as-replaced.js'
import { takeInput } from './workflows/take-input.js'
import type { WorkflowWork } from './workflows/workflow-work.js'

/** What a run needs of its worker. */
export interface ExecutionSite extends OpeningSite, SuspectSite {
  readonly contextOf: (job: ActiveJob, task: TaskDefinition, envelope: Envelope, handle: RunHandle) => RunContext
  /** Milliseconds that a result is kept where its task does not say. */
  readonly resultTtlMs: number
  /** What operators set for a task's runs, which wins over its code. */
  readonly timeLimitOf: (task: string) => TimeLimit | undefined
  readonly workflows: WorkflowWork
}

/**
 * So many workers died with a job that is kept from others. Not one: most die of something else, and what they ran is to
 * begin again as fast as can be.
 */
const SUSPECT_FROM = 2
/** A job for which no child could be made is looked at again after this long. */
const NO_CHILD_WAIT_MS = 15_000

/** A site of which a run may be told to go elsewhere. */
interface RunSite extends Omit<ExecutionSite, 'pools'> {
  readonly pools: RunPools
  readonly suspect?: SuspectRun
}

/**
 * Runs a job once and judges how it went: open (decode, guards) → run → verdict. Never throws, whatever the task does.
 * A job that workers died with runs apart.
 */
export async function executeJob(job: ActiveJob, handle: RunHandle, site: ExecutionSite): Promise<RunOutcome> {
  if (job.crashes < SUSPECT_FROM || job.waitsFor !== undefined || job.revoked !== undefined)
    return openAndRun(job, handle, site)
  const { runSuspect } = await import('./quarantine/run-suspect.js')
  return runSuspect(job, site, (suspect) =>
    openAndRun(job, handle, { ...site, pools: suspect?.pools ?? site.pools, ...(suspect && { suspect }) }),
  )
}

async function openAndRun(job: ActiveJob, handle: RunHandle, site: RunSite): Promise<RunOutcome> {
  const opened = openJob(job, site)
  if ('outcome' in opened) return opened.outcome
  if (job.waitsFor !== undefined) return endReplaced(job, job.waitsFor, opened, site)
  const { input } = opened.envelope
  if (input === undefined) return runOpened(job, opened, handle, site)
  const complete = await withInput(job, opened, input, site)
  return 'outcome' in complete ? complete.outcome : runOpened(job, complete, handle, site)
}

/** A job that may run. */
type RunnableJob = Exclude<OpenedJob, { outcome: RunOutcome }>

async function runOpened(
  job: ActiveJob,
  { task, envelope }: RunnableJob,
  handle: RunHandle,
  site: RunSite,
): Promise<RunOutcome> {
  const rules = rulesOf(job, task, envelope)
  const limit = limitOf(task, envelope, site.timeLimitOf(task.name))
  const isChecked = task.schema !== undefined || envelope.each !== undefined
  const refused = isChecked ? await checkArguments(job, task, envelope, { rules, limit, handle }) : undefined
  const report = refused ?? (await runAttempt({ job, task, envelope, rules, limit, handle }, site))
  if (report.kind === 'unplaced') {
    site.suspect?.onUnplaced()
    return { kind: 'postponed', delayMs: NO_CHILD_WAIT_MS, reason: report.reason }
  }
  if (report.kind === 'returned') return succeeded(task, envelope, report.result, site)
  if (handle.revokedFor !== undefined) return revokedOutcome(handle.revokedFor, job, task)
  if (report.kind === 'ended') return stoppedOutcome(job, handle)
  // A task that stopped because it was told to has not failed.
  if (handle.isAborted && !handle.isOverTime && report.isSignal === undefined)
    return stoppedOutcome(job, handle, report.failure)
  return outcomeOf(report)
}

const succeeded = (
  task: TaskDefinition,
  envelope: Envelope,
  result: EncodedResult,
  { resultTtlMs }: RunSite,
): RunOutcome => ({
  kind: 'succeeded',
  keep: !ignoresResult(task, envelope),
  result,
  resultTtlMs: envelope.resultTtlMs ?? resultTtlMs,
  ...(envelope.resultTtlMs !== undefined && { hasOwnTtl: true }),
})

/** A part of a workflow with the list of results that its arguments begin with. */
async function withInput(
  job: ActiveJob,
  { task, envelope }: RunnableJob,
  input: string,
  { workflows }: RunSite,
): Promise<OpenedJob> {
  const taken = await takeInput(job, envelope, input, workflows)
  return 'outcome' in taken ? taken : current(task, taken)
}

/** A job that has run, and put a workflow in its place. */
function endReplaced(
  job: ActiveJob,
  workflow: string,
  { task, envelope }: RunnableJob,
  site: RunSite,
): Promise<RunOutcome> {
  const encode = (value: unknown) => site.codec.encodeResult(job.id, value, task.codec)
  return endAsReplaced(job, workflow, site.workflows, (value) => {
    const result = encode(value)
    const { tooLargeBytes: bytes } = result
    if (bytes === undefined) return succeeded(task, envelope, result, site)
    return { kind: 'dead', failure: describeFailure(resultTooLarge(task.name, bytes)) }
  })
}

function outcomeOf({ verdict, failure, isExpected, withoutRun }: ThrewReport): RunOutcome {
  const failed = { failure, ...(isExpected && { isExpected }) }
  switch (verdict.kind) {
    case 'retry':
      return { kind: 'retry', delayMs: verdict.delayMs, ...failed }
    case 'dead':
      return { kind: 'dead', ...failed, ...(withoutRun && { withoutRun }) }
    case 'snooze':
      return { kind: 'snoozed', delayMs: verdict.delayMs, reason: failure.message }
    case 'ignore':
      return { kind: 'ignored' }
    case 'replaced':
      return { kind: 'replaced', workflow: verdict.workflow }
  }
}

/** A job's run that is to begin. */
interface NewRun {
  readonly job: ActiveJob
  readonly task: TaskDefinition
  readonly envelope: Envelope
  readonly rules: AttemptRules
  readonly limit: TimeLimit | undefined
  readonly handle: RunHandle
}

/** Runs the attempt within its task's limits of time. */
function runAttempt(run: NewRun, site: RunSite): Promise<AttemptReport | EndedRun | UnplacedRun> {
  const { job, task, envelope, rules, limit, handle } = run
  const context = site.contextOf(job, task, envelope, handle)
  const pool = site.pools.kindOf(envelope.pool ?? task.pool)
  if (pool === 'async' && limit === undefined) return runHere(run, context, site)
  const running =
    pool === 'async'
      ? withinLimit(() => runHere(run, context, site), limit ?? {}, job, handle)
      : runInChild({ ...run, task: task.name, isEarly: isAckedEarly(task, envelope) }, pool, site.pools)
  return running.catch(async (error): Promise<AttemptReport | EndedRun> => {
    handle.giveUp()
    // A child that died is a crash.
    const isCrash = isTaskqError(error, 'TASKQ_JOB_CRASHED')
    if (isCrash && site.suspect?.pools !== undefined) {
      site.suspect.onCrash(error)
      return { kind: 'ended' }
    }
    const isLast = handle.isAckedEarly && isCrash
    return gaveUp(task, context, envelope.args, error, isLast ? { ...rules, retries: 0 } : rules)
  })
}

/** Runs the attempt in this process and thread. */
function runHere({ job, task, envelope, rules, handle }: NewRun, context: RunContext, { codec }: RunSite) {
  if (isAckedEarly(task, envelope)) handle.ackEarly()
  const encode = (value: unknown) => codec.encodeResult(job.id, value, task.codec)
  return attempt(task, context, envelope.args, rules, handle, encode)
}

const rulesOf = (job: ActiveJob, task: TaskDefinition, envelope: Envelope): AttemptRules => ({
  retries: envelope.retries ?? task.retries,
  backoff: envelope.backoff,
  // Others may go on with what a part came to.
  ignoreResult: ignoresResult(task, envelope) && partOf(job.id) === undefined,
  attempt: job.attemptsMade + 1,
  carried: envelope.context,
  trace: envelope.trace,
  each: envelope.each,
})

/** An operator's limits win over the caller's, and those over the task's. */
function limitOf(task: TaskDefinition, envelope: Envelope, set: TimeLimit | undefined): TimeLimit | undefined {
  if (set?.softMs !== undefined || set?.hardMs !== undefined) return set
  const softMs = envelope.softTimeLimitMs ?? task.softTimeLimitMs
  const hardMs = envelope.timeLimitMs ?? task.timeLimitMs
  if (softMs === undefined && hardMs === undefined) return undefined
  return { ...(softMs !== undefined && { softMs }), ...(hardMs !== undefined && { hardMs }) }
}

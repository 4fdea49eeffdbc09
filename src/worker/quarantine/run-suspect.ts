import type { ActiveJob } from '../../engine/consumer.js'
import type { CrashRecords } from '../../engine/locks/crash-records.js'
import { describeFailure } from '../../errors/job-failure.js'
import { TaskqError } from '../../errors/taskq-error.js'
import type { TaskDefinition } from '../../task/definition.js'
import type { Pools } from '../pools/pools.js'
import { ENDS, type RunOutcome } from '../run-outcome.js'
import {
  accountFor,
  type CrashRecord,
  chargedWith,
  isOverBudget,
  isSuspect,
  parseCrashRecord,
  type SuspectPlace,
} from './crash-record.js'
import type { Quarantine } from './quarantine.js'

/** What running a suspect needs of its worker. */
export interface SuspectSite {
  readonly crashRecords: Pick<CrashRecords, 'read' | 'save'>
  readonly pools: Pools
  readonly findTask: (name: string) => TaskDefinition | undefined
  /** How often a job may crash in 24 hours before it is a dead letter. */
  readonly crashBudget: number
}

/** How a suspect's run differs from others'. */
export interface SuspectRun {
  /** Where it runs, whatever its task says; its task's own pool without it. */
  readonly pools?: Quarantine
  /** Called where its child died, instead of judging that as a failed run. */
  readonly onCrash: (error: Error) => void
  /** Called where no child could run it; nothing was run. */
  readonly onUnplaced: () => void
}

/** How long a suspect waits before it asks again whether it may run. */
const TURN_MS = 1000
/** How long it waits after a crash. */
const AFTER_CRASH_MS = 1000

/**
 * Runs a job that two workers or more died with, or were lost with: it may have been the cause. It runs in a new child
 * process of its own, so that only that dies of it, and the culprit is known; where its task can run in none, one suspect
 * at a time runs in the worker. A crash there is counted as a crash, not as an attempt; too many, and the job is dead.
 * Never throws.
 */
export async function runSuspect(
  job: ActiveJob,
  site: SuspectSite,
  run: (how?: SuspectRun) => Promise<RunOutcome>,
): Promise<RunOutcome> {
  try {
    const isApart = site.pools.kindOf(site.findTask(job.task)?.pool) === 'process'
    const record = accountFor(parseCrashRecord(await site.crashRecords.read(job)), job.crashes, Date.now(), isApart)
    if (isOverBudget(record, site.crashBudget)) return crashedTooOften(job, record)
    if (!isSuspect(record)) return await run()
    const quarantine = await site.pools.quarantine()
    const place = quarantine.enter(job.task)
    if (place === undefined) return postponed(TURN_MS, 'workers died with it: it waits for its turn to run apart')
    try {
      return await runIn(place, quarantine, { job, record, site }, run)
    } finally {
      quarantine.leave(place)
    }
  } catch (error) {
    return postponed(TURN_MS, `its crashes could not be told: ${(error as Error).message}`)
  }
}

async function runIn(
  place: SuspectPlace,
  quarantine: Quarantine,
  { job, record, site }: { job: ActiveJob; record: CrashRecord; site: SuspectSite },
  run: (how?: SuspectRun) => Promise<RunOutcome>,
): Promise<RunOutcome> {
  const save = (next: CrashRecord) => site.crashRecords.save(job, JSON.stringify(next))
  let crash: Error | undefined
  let isUnplaced = false
  // Before it runs: afterwards there may be nobody left to tell.
  await save({ ...record, place })
  const outcome = await run({
    ...(place === 'child' && { pools: quarantine }),
    onCrash: (error) => {
      crash = error
    },
    onUnplaced: () => {
      isUnplaced = true
    },
  })
  if (crash !== undefined && outcome.kind !== 'revoked') {
    const charged = chargedWith(record, Date.now())
    await save(charged)
    if (isOverBudget(charged, site.crashBudget)) return crashedTooOften(job, charged, crash)
    const count = `${charged.proven.length} of ${site.crashBudget}`
    return postponed(AFTER_CRASH_MS, `crash ${count} in 24 h: ${crash.message}`)
  }
  if (!ENDS.has(outcome.kind)) await save(record)
  if (place === 'child' && isUnplaced) {
    quarantine.noteUnable(job.task)
    return outcome.kind === 'postponed' ? { ...outcome, delayMs: TURN_MS } : outcome
  }
  return outcome
}

const postponed = (delayMs: number, reason: string): RunOutcome => ({ kind: 'postponed', delayMs, reason })

function crashedTooOften(job: ActiveJob, { proven, nearby }: CrashRecord, cause?: Error): RunOutcome {
  const times = proven.length + nearby.length
  const how = cause === undefined ? '' : `; the last time, ${cause.message}`
  const error = new TaskqError(
    'TASKQ_JOB_CRASHED',
    `${job.task} (${job.id}) was running ${times} times in 24 h when its worker, or its own process, died or was lost${how}`,
    { hint: 'Look for process.exit, memory or native crashes in the task.', ...(cause !== undefined && { cause }) },
  )
  return { kind: 'dead', failure: describeFailure(error) }
}

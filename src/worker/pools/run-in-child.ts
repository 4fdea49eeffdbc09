import type { Envelope } from '../../codec/envelope.js'
import { findInexact } from '../../codec/exact-json.js'
import { typedValue } from '../../codec/typed-value.js'
import type { ActiveJob } from '../../engine/consumer.js'
import type { PoolKind } from '../../task/options/time-options.js'
import type { AttemptReport, AttemptRules } from '../attempt.js'
import type { JobFacts } from '../job-context.js'
import type { RunHandle } from '../run-handle.js'
import { type TimeLimit, withinLimit } from '../time-limit.js'
import type { EndedRun } from './child.js'
import { ChildUnable } from './child-unable.js'
import type { ChildRun } from './messages.js'
import type { LentChild, RunPools } from './run-pools.js'

/** No child could be had: nothing was run, and the job is not to blame. */
export interface UnplacedRun {
  readonly kind: 'unplaced'
  readonly reason: string
}

/** A run that a child is to do. */
export interface RunForChild {
  readonly job: ActiveJob
  readonly task: string
  readonly envelope: Envelope
  readonly rules: AttemptRules
  readonly handle: RunHandle
  /** Counted from when the child begins with it. */
  readonly limit: TimeLimit | undefined
  /** Whether its job is taken for done when the child is given it. */
  readonly isEarly: boolean
}

/**
 * Runs an attempt in a child of a pool.
 *
 * @throws what ended it from outside: TaskqError `TASKQ_JOB_TIME_LIMIT`, or `TASKQ_JOB_CRASHED` where its child died
 */
export async function runInChild(
  run: RunForChild,
  kind: Exclude<PoolKind, 'async'>,
  pools: RunPools,
): Promise<AttemptReport | EndedRun | UnplacedRun> {
  let lent: LentChild | undefined
  try {
    lent = await pools.lend(kind)
    return await runOn(lent, run)
  } catch (error) {
    if (lent !== undefined && !(error instanceof ChildUnable)) throw error
    return { kind: 'unplaced', reason: `no ${kind} could be had for it: ${(error as Error).message}` }
  } finally {
    lent?.leave()
  }
}

async function runOn({ child }: LentChild, run: RunForChild): Promise<AttemptReport | EndedRun> {
  const { job, task, envelope, rules, handle, limit, isEarly } = run
  // It was told to end while the child began.
  if (handle.isAborted || handle.isOver) return { kind: 'ended' }
  const sent = { task, job: factsOf(job), ...sendable(envelope), rules }
  if (isEarly) handle.ackEarly()
  const start = () => child.run(sent, handle)
  return limit === undefined ? start() : withinLimit(start, limit, job, handle)
}

/** A URL, among others, would not get there as it is. Where not all can be tagged, no tag in it could be believed. */
function sendable(envelope: Envelope): Pick<ChildRun, 'envelope' | 'isTyped'> {
  const { value: args, isTyped } = typedValue(envelope.args)
  if (!isTyped || findInexact(args, '') !== undefined) return { envelope, isTyped: false }
  return { envelope: { ...envelope, args }, isTyped }
}

const factsOf = ({ id, attemptsMade, enqueuedAt, lane }: ActiveJob): JobFacts => ({
  id,
  attemptsMade,
  enqueuedAt,
  lane: { lane: lane.lane, name: { queue: lane.name.queue } },
})

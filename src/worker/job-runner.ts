import type { ActiveJob, Pull } from '../engine/consumer.js'
import type { LockKeeper } from '../engine/locks/lock-keeper.js'
import type { RevokeOrder } from '../engine/revokes/revoke.js'
import type { WorkerSide } from '../engine/workers/worker-side.js'
import { JobContext } from './job-context.js'
import { type ExecutionSite, executeJob } from './job-executor.js'
import { JobNews } from './job-news.js'
import { revokedBefore, revokedOutcome } from './open-job.js'
import { referenceOf, startEvent } from './outcome-event.js'
import { Pools } from './pools/pools.js'
import { type RecordingSite, recordOutcome } from './record-outcome.js'
import { RefusalPace } from './refusal-pace.js'
import type { RevokeWatch } from './revoke-watch.js'
import { RunHandle, type RunLogs, type RunSlots } from './run-handle.js'
import { ENDS, type RunOutcome } from './run-outcome.js'
import { stoppedOutcome } from './stopped-outcome.js'
import type { WorkerOptions } from './worker-options.js'
import { WorkflowWork } from './workflows/workflow-work.js'

/**
 * Takes a job from pick-up to its recorded end: hold its lock → run → write its log → record. Knows the
 * jobs that run, so that a shutdown can end them.
 */
export class JobRunner {
  readonly #handles = new Map<ActiveJob, RunHandle>()
  readonly #execution: ExecutionSite
  readonly #recording: RecordingSite
  readonly #logs: RunLogs
  readonly #news: JobNews
  readonly #pools: Pools
  readonly #workflows: WorkflowWork
  /** Runs that have ended, of which the broker has not understood how. */
  readonly #untold = new Set<ActiveJob>()
  #hurried = false
  /** How many children each of its pools keeps at most. */
  slots: () => number
  /** Where its runs have their slots. */
  lent: RunSlots | undefined

  constructor(
    private readonly side: WorkerSide,
    private readonly locks: LockKeeper,
    private readonly revokes: RevokeWatch,
    options: WorkerOptions,
    timeLimitOf: ExecutionSite['timeLimitOf'],
    private readonly onTrouble: (error: Error) => void,
  ) {
    const { tasks, codec, redact, resultTtlMs, crashBudget, concurrency } = options
    this.slots = () => concurrency
    this.#pools = new Pools(options.pools, () => this.slots())
    this.#news = new JobNews(options, onTrouble)
    this.#workflows = new WorkflowWork({ load: options.workflowDriver, isAwaited: options.burst, onTrouble })
    const byName = new Map(tasks.map((task) => [task.name, task]))
    this.#logs = {
      openLog: (job) => side.jobLog(job),
      onLog: this.#news.log,
      redact,
      encodeProgress: ({ id, task }, value) => codec.encodeProgress(id, value, byName.get(task)?.codec),
    }
    this.#execution = {
      codec,
      resultTtlMs,
      crashBudget,
      crashRecords: side.crashRecords,
      timeLimitOf,
      pools: this.#pools,
      workflows: this.#workflows,
      findTask: (name) => byName.get(name),
      contextOf: (job, task, envelope, handle) => new JobContext(job, task, envelope, handle),
    }
    this.#recording = {
      onTrouble,
      onNext: (job) => locks.hold(job),
      noteOwnTtl: (job, ttlMs) => side.noteOwnTtl(job, ttlMs),
      cuts: () => side.holds.cuts,
      wasTold: (job, cuts) => side.holds.wasTold(job, cuts),
      saveLargeResult: (id, json, ttlMs) => side.saveLargeResult(id, json, ttlMs),
      endIfRevoked: (job, lane) => side.endIfRevoked(job, lane),
      refused: new RefusalPace(),
      isHurried: () => this.#hurried,
    }
  }

  /** How many runs have ended well. */
  get succeeded(): number {
    return this.#news.succeeded
  }

  /** How many runs have ended otherwise. */
  get failed(): number {
    return this.#news.failed
  }

  async run(job: ActiveJob, mayFetchNext: () => boolean): Promise<Pull> {
    this.locks.hold(job)
    if (this.locks.isLate(job) && (await this.locks.isLost(job))) return {}
    const handle = new RunHandle(job, this.#logs, this.lent)
    this.#handles.set(job, handle)
    const reference = referenceOf(job)
    if (job.waitsFor === undefined) this.#news.emit(startEvent(job, reference))
    this.#news.noticePassedLimit(job)
    const startedAt = performance.now()
    const outcome = await this.#execute(job, handle)
    const runMs = performance.now() - startedAt
    if (outcome.kind !== 'given-back') this.#untold.add(job)
    const recorded = await recordOutcome(job, outcome, mayFetchNext, this.#recording)
    if (recorded.isUntold !== true) this.#untold.delete(job)
    const { next, lost, revoked, instead = outcome } = recorded
    const advancing = next.move && this.#workflows.advance(next.move)
    this.locks.release(job)
    this.#handles.delete(job)
    if (lost !== undefined) this.#news.emit({ name: 'job.result-lost', reason: lost, ...reference })
    else if (revoked !== undefined) this.#news.emit({ name: 'job.revoked', reason: revoked, runMs, ...reference })
    else if (!stillWaits(job, instead)) this.#news.tell(reference, instead, runMs)
    if (job.claim !== undefined && lost === undefined && ENDS.has(instead.kind)) await this.#settle(job.claim)
    if (advancing !== undefined) await advancing
    return next
  }

  /** Gives back a job that was to run next, and is not to run here any more. */
  async giveBack(job: ActiveJob): Promise<void> {
    await job.lane.giveBack(job).finally(() => this.locks.release(job))
  }

  /** Asks every running task to end. */
  abortAll(reason: unknown): void {
    for (const handle of this.#handles.values()) handle.abort(reason)
  }

  /** Waits for no running task any longer: their jobs go back to the queue now. */
  abandonAll(): void {
    this.#hurried = true
    for (const handle of this.#handles.values()) handle.abandon()
    this.#recording.refused.served()
  }

  /** Says which jobs have ended without the broker knowing. To be called when the process waits no longer for it. */
  tellUntold(): void {
    if (this.#untold.size === 0) return
    const jobs = [...this.#untold].slice(0, MOST_NAMED).map(({ id, task }) => `${task} (${id})`)
    const others = this.#untold.size - jobs.length
    const which = jobs.join(', ') + (others > 0 ? ` and ${others} more` : '')
    this.onTrouble(new Error(`the broker was not told how these jobs ended, and they will run again: ${which}`))
    this.#untold.clear()
  }

  /** There are fewer slots, or more: children without work that are too many are ended. */
  fitPools(): void {
    this.#pools.fit()
  }

  /** Lets workflows go on that nobody else did. */
  sweepWorkflows(): Promise<void> {
    return this.#workflows.sweep()
  }

  /** No workflow is led on further than its next jobs. */
  endWorkflows(): void {
    this.#workflows.end()
  }

  /** Resolves when no workflow is being led on. */
  workflowsIdle(): Promise<void> {
    return this.#workflows.idle()
  }

  /** Ends what tasks run in, beside this process. To be called when no job runs any more. */
  close(): Promise<void> {
    return this.#pools.close()
  }

  /** Another worker may run this job now; the task here is told to end, and its child is ended where it does not. */
  lose(job: ActiveJob): void {
    const error = new Error('the lock was lost: another worker may run this job')
    const handle = this.#handles.get(job)
    handle?.abort(error)
    setTimeout(() => handle?.kill(error), LOST_GRACE_MS).unref()
  }

  /** This job is to end for good; the task is told, and ended by force where that is wanted. */
  revoke(job: ActiveJob, { reason, terminateMs }: RevokeOrder): void {
    const handle = this.#handles.get(job)
    handle?.revoke(reason)
    if (terminateMs !== undefined) handle?.terminateIn(terminateMs, () => handle.onRevokedForGood?.())
  }

  /** Looks which of these jobs run here, and tells them to end as the broker says. */
  async hearRevoked(ids: readonly string[]): Promise<void> {
    const running = [...this.#handles.keys()].filter(({ id }) => ids.includes(id))
    if (running.length === 0) return
    for (const [job, order] of await this.side.revokedAmong(running)) this.revoke(job, order)
  }

  /** What fails here is done by the next sweep. */
  async #settle(claim: string): Promise<void> {
    await this.side.settle(claim).catch((error) => this.onTrouble(error as Error))
  }

  #execute(job: ActiveJob, handle: RunHandle): Promise<RunOutcome> {
    return new Promise((resolve) => {
      handle.onAbandon = () => {
        void handle.end()
        resolve(stoppedOutcome(job, handle))
      }
      handle.onRevokedForGood = () => {
        handle.giveUp()
        void handle.end()
        resolve(revokedOutcome(handle.revokedFor ?? '', job, this.#execution.findTask(job.task)))
      }
      void this.#executeAndLog(job, handle).then(resolve)
    })
  }

  async #executeAndLog(job: ActiveJob, handle: RunHandle): Promise<RunOutcome> {
    const asking = this.revokes.ask(job)
    const outcome =
      (asking === undefined ? undefined : await this.#endIfAhead(job, asking)) ??
      (await executeJob(job, handle, this.#execution))
    const flushed = handle.end()
    if (flushed !== undefined) await flushed
    return outcome
  }

  /** How a job ends that was revoked before it came. Where nobody can tell, it goes back, and is asked about again. */
  async #endIfAhead(job: ActiveJob, asking: Promise<RevokeOrder | undefined>): Promise<RunOutcome | undefined> {
    try {
      const order = await asking
      return order && revokedBefore(order.reason, job, this.#execution.findTask(job.task))
    } catch (error) {
      this.onTrouble(error as Error)
      return { kind: 'given-back' }
    }
  }
}

/** So many jobs are named at most whose end could not be told. */
const MOST_NAMED = 100

/** What a task in a child gets to notice that its job was lost. */
const LOST_GRACE_MS = 1000

/** Whether a job looked how the workflow is that it waits for, and waits on. */
const stillWaits = (job: ActiveJob, outcome: RunOutcome): boolean =>
  outcome.kind === 'replaced' && outcome.workflow === job.waitsFor

import { LockKeeper, type LockWatcher } from '../engine/locks/lock-keeper.js'
import type { WorkerSide } from '../engine/workers/worker-side.js'
import type { TaskqError } from '../errors/taskq-error.js'
import { TroubleLog } from '../events/trouble-log.js'
import type { WorkerEventSink } from '../events/worker-event.js'
import { Autoscaler } from './autoscaler.js'
import { BlockWatch } from './block-watch.js'
import { ConsumptionWatch } from './consumption-watch.js'
import { Dispatcher } from './dispatcher.js'
import { JobRunner } from './job-runner.js'
import { LiveEvents } from './live-events.js'
import { findOrphans } from './orphan-finder.js'
import { ProcessVitals } from './process-vitals.js'
import { RevokeWatch } from './revoke-watch.js'
import { ServedLanes } from './served-lanes.js'
import { giveUpOnSilence } from './silent-broker.js'
import { StatsCollector } from './stats-collector.js'
import type { TimeLimit } from './time-limit.js'
import type { WorkerOptions } from './worker-options.js'

/** What a worker is made of, put together. */
export interface WorkerParts {
  readonly dispatcher: Dispatcher
  readonly runner: JobRunner
  readonly locks: LockKeeper
  readonly revokes: RevokeWatch
  readonly lanes: ServedLanes
  readonly stats: StatsCollector
  readonly live: LiveEvents
  readonly vitals: ProcessVitals
  readonly autoscaler: Autoscaler
  readonly consumption: ConsumptionWatch
  /** Where all that happens goes: counted, told to those who watch, and to the worker's owner. */
  readonly onEvent: WorkerEventSink
  readonly onError: (error: Error) => void
}

/** Puts a worker's parts together. None of them does anything yet. */
export function assembleParts(
  side: WorkerSide,
  options: WorkerOptions,
  timeLimitOf: (task: string) => TimeLimit | undefined,
  onStuck: (error: TaskqError) => void,
): WorkerParts {
  const onError = (error: Error) => trouble.report(error)
  const tasks = options.tasks.map(({ name }) => name)
  const stats = new StatsCollector(tasks, (batch) => side.recordStats(batch), onError)
  const live = new LiveEvents(options.name, (batch) => side.publish(batch))
  const onEvent: WorkerEventSink = (event) => {
    stats.onEvent(event)
    live.onEvent(event)
    options.onEvent(event)
  }
  const trouble = new TroubleLog(onEvent)
  const heard = { ...options, onEvent }
  const revokes = new RevokeWatch(side)
  const { runner, locks } = assembleRunner(side, heard, revokes, timeLimitOf, onError)
  const dispatcher = assembleDispatcher(side, heard, runner, onError)
  runner.slots = () => dispatcher.slots
  runner.lent = dispatcher.lent
  const blocks = new BlockWatch(() => dispatcher.activeJobs.map(({ task }) => task), onEvent)
  const vitals = new ProcessVitals((lateMs) => {
    locks.beat()
    blocks.onBlocked(lateMs)
  })
  const autoscaler = new Autoscaler(
    { dispatcher, waitingIn: (lanes) => side.waitingIn(lanes), loopLagMs: () => vitals.loopLagMs },
    options.autoscale,
  )
  const lanes = new ServedLanes(side, dispatcher, heard, onError)
  const consumption = new ConsumptionWatch({
    dispatcher,
    isConnected: () => side.isConnected,
    onStuck: (reason, endsInMs) =>
      onEvent({ name: 'worker.stuck', reason, ...(endsInMs !== undefined && { endsInMs }) }),
    onGivenUp: onStuck,
  })
  giveUpOnSilence(side, onStuck)
  side.holds.onHealed(() => void locks.renewAll())
  findOrphans({ side, workerId: options.id, locks, lanes: () => lanes.open, onError })
  return { dispatcher, runner, locks, revokes, lanes, stats, live, vitals, autoscaler, consumption, onEvent, onError }
}

function assembleRunner(
  side: WorkerSide,
  options: WorkerOptions,
  revokes: RevokeWatch,
  timeLimitOf: (task: string) => TimeLimit | undefined,
  onError: (error: Error) => void,
): Pick<WorkerParts, 'runner' | 'locks'> {
  const { lockMs, lockThread } = options
  const watcher: LockWatcher = {
    onLost: (job) => runner.lose(job),
    onRevoked: (job, order) => runner.revoke(job, order),
    onError,
  }
  const thread = lockThread && side.holds.thread({ lockMs, ...lockThread }, onError)
  const locks = new LockKeeper(lockMs, side, watcher, thread)
  const runner = new JobRunner(side, locks, revokes, options, timeLimitOf, onError)
  return { runner, locks }
}

function assembleDispatcher(
  side: WorkerSide,
  options: WorkerOptions,
  runner: JobRunner,
  onError: (error: Error) => void,
): Dispatcher {
  const { id, concurrency, queueConcurrency, burst, maxJobs, onEvent } = options
  return new Dispatcher(id, {
    concurrency,
    queueConcurrency,
    untilEmpty: burst,
    maxJobs,
    run: (job, mayFetchNext) => runner.run(job, mayFetchNext),
    giveBack: (job) => runner.giveBack(job),
    onLimited: ({ queue, task }, forMs) => {
      if (task !== undefined) onEvent({ name: 'limit.reached', task, queue, forMs })
    },
    bringForward: (awaited) => side.bringForward(awaited),
    onResized: () => runner.fitPools(),
    onError,
  })
}

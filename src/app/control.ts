import type { ActionReport, Dashboard, Overview } from '../control/dashboard.js'
import type { SteerReport } from '../control/steer.js'
import type { WorkerCommand } from '../engine/control/worker-command.js'
import type { Engine } from '../engine/engine.js'
import { formatProblem, unknownKeys } from '../errors/problems.js'
import { TaskqError } from '../errors/taskq-error.js'
import type { LiveBatch } from '../events/live-event.js'
import type { Duration } from '../time/duration.js'
import type { Rate } from '../time/rate.js'
import { ambientApp } from './ambient.js'
import type { App } from './app.js'
import { type JobControlApi, jobControl } from './control-jobs.js'
import { type ControlTarget, toMs, toRequest } from './control-target.js'
import { type InspectApi, inspect } from './inspect.js'

/**
 * What can be seen of workers and queues, and done with them, while they run: what Celery has as `app.control`.
 *
 * What workers are told reaches those that live now. Each answers for itself: `answers` tells what it did, or, with `ok`
 * false, why it did not. All such calls throw `TASKQ_CONTROL_NO_WORKER` where no worker lives or a `destination` is
 * nobody's, and `TASKQ_CONTROL_INVALID` for values that cannot be; then nothing was changed.
 */
export interface ControlApi extends JobControlApi {
  /** Looks into workers. */
  readonly inspect: InspectApi
  /**
   * One look at everything: broker, rates, queues, tasks, workers. Of two looks the second tells how many jobs come in.
   *
   * @example
   * const { queues, rates } = await control.overview()
   * const late = queues.filter(({ oldestQueuedAt }) => oldestQueuedAt !== undefined && oldestQueuedAt < Date.now() - 60_000)
   */
  overview(): Promise<Overview>
  /**
   * Calls back with what happens in all workers from now on, until it is closed. Workers tell it only while somebody
   * listens; what happens while the broker is away is not told. It keeps the process alive.
   *
   * @example
   * const watch = await control.events(({ events }) => {
   *   for (const { name, task, worker } of events) console.log(name, task, worker)
   * })
   * setTimeout(() => watch.close(), 60_000)
   */
  events(onBatch: (batch: LiveBatch) => void): Promise<{ close(): Promise<void> }>
  /**
   * Sets how often jobs of a task may start, over all workers; `null` puts the code's limit back. It is stored, holds
   * at once, and outlives workers and releases.
   *
   * @throws TaskqError `TASKQ_TASK_UNKNOWN`; `TASKQ_CONTROL_INVALID` also for a rate of a task that has none in its code
   *
   * @example
   * await control.rateLimit('emails.SendWelcomeEmail', '10/m')
   * await control.rateLimit('emails.SendWelcomeEmail', null)
   */
  rateLimit(task: string, rate: Rate | null): Promise<ActionReport>
  /**
   * Sets how many jobs of a task may run at once, over all workers; where the code divides that by keys, of each key.
   * `null` puts the code's number back. It is stored, holds at once, and outlives workers and releases.
   *
   * @throws TaskqError `TASKQ_TASK_UNKNOWN`; `TASKQ_CONTROL_INVALID` also for a task that has no limit in its code
   *
   * @example
   * await control.maxConcurrency('reports.Daily', 5)
   */
  maxConcurrency(task: string, most: number | null): Promise<ActionReport>
  /**
   * Sets how long runs of a task may take that start from now on: after `soft` the run's signal tells it to end, after
   * `hard` it is given up. `null` takes these limits away. It is stored, and outlives workers and releases.
   *
   * @throws TaskqError `TASKQ_TASK_UNKNOWN`, `TASKQ_CONTROL_INVALID`
   *
   * @example
   * await control.timeLimit('reports.Daily', { soft: '5m', hard: '6m' })
   */
  timeLimit(task: string, limits: { readonly soft?: Duration; readonly hard?: Duration } | null): Promise<ActionReport>
  /**
   * Sets how many jobs workers run at once; with `queue`, how many of that queue. It holds until they end: a new worker
   * does as its settings say. It switches autoscale off.
   *
   * @example
   * await control.concurrency(20, { destination: 'emails' })
   */
  concurrency(slots: number, target?: ControlTarget & { readonly queue?: string }): Promise<SteerReport>
  /** Gives workers more slots. */
  poolGrow(by?: number, target?: ControlTarget): Promise<SteerReport>
  /** Takes slots from workers; jobs that run go on. */
  poolShrink(by?: number, target?: ControlTarget): Promise<SteerReport>
  /**
   * Has workers choose their slots themselves, between these; `null` leaves their number as it is.
   *
   * @example
   * await control.autoscale({ min: 2, max: 20 })
   */
  autoscale(bounds: { readonly min: number; readonly max: number } | null, target?: ControlTarget): Promise<SteerReport>
  /** Has workers serve one more queue. */
  addQueue(queue: string, target?: ControlTarget): Promise<SteerReport>
  /** Has workers serve a queue no longer; jobs of it that run go on. */
  cancelQueue(queue: string, target?: ControlTarget): Promise<SteerReport>
  /**
   * Ends workers as SIGTERM does: they take no more jobs, and finish those that run.
   *
   * @example
   * await control.shutdown({ destination: 'emails@web-1' })
   */
  shutdown(target?: ControlTarget): Promise<SteerReport>
  /**
   * Lets no more jobs of a queue start, on any worker, until it is resumed. Those that run go on, and it takes new ones.
   *
   * @throws TaskqError `TASKQ_QUEUE_UNKNOWN`
   */
  pauseQueue(queue: string): Promise<ActionReport>
  /** @throws TaskqError `TASKQ_QUEUE_UNKNOWN` */
  resumeQueue(queue: string): Promise<ActionReport>
}

/**
 * What goes on in this app's workers and queues, and what can be done about it.
 *
 * @example
 * const { answers } = await control.poolGrow(5, { destination: 'emails' })
 * await control.pauseQueue('reports')
 */
export const control: ControlApi = Object.freeze<ControlApi>({
  ...jobControl,
  inspect,
  overview: async () => (await dashboard()).overview(),
  events: async (onBatch) => (await dashboard()).watch(onBatch),
  rateLimit: async (task, rate) => (await limits()).changeRateLimit(await engine(), task, rate),
  maxConcurrency: async (task, most) => (await limits()).changeMaxConcurrency(await engine(), task, most),
  timeLimit: async (task, wanted) => (await limits()).changeTimeLimit(await engine(), task, wanted && toLimits(wanted)),
  concurrency: (slots, target) => {
    const queue = target?.queue
    return steer({ name: 'concurrency', slots, ...(queue !== undefined && { queue }) }, target, ['queue'])
  },
  poolGrow: (by = 1, target) => steer({ name: 'pool-grow', by }, target),
  poolShrink: (by = 1, target) => steer({ name: 'pool-shrink', by }, target),
  autoscale: (bounds, target) => steer({ name: 'autoscale', ...bounds }, target),
  addQueue: (queue, target) => steer({ name: 'add-queue', queue }, target),
  cancelQueue: (queue, target) => steer({ name: 'cancel-queue', queue }, target),
  shutdown: (target) => steer({ name: 'shutdown' }, target),
  pauseQueue: async (queue) => (await queues()).pauseQueue(await engine(), queue),
  resumeQueue: async (queue) => (await queues()).resumeQueue(await engine(), queue),
})

const limits = () => import('../control/steer-limits.js')
const queues = () => import('../control/queues.js')
const engine = async (): Promise<Engine> => (await ambientApp()).engine()

/** @param more what else stands beside the target */
async function steer(
  command: WorkerCommand,
  target: ControlTarget | undefined,
  more: readonly string[] = [],
): Promise<SteerReport> {
  const request = toRequest(target, more)
  const { steerWorkers } = await import('../control/steer.js')
  return steerWorkers(await engine(), command, request)
}

function toLimits(limits: { readonly soft?: Duration; readonly hard?: Duration }) {
  const wrong = unknownKeys(limits, ['soft', 'hard'])
  if (wrong.length > 0) throw new TaskqError('TASKQ_CONTROL_INVALID', wrong.map(formatProblem).join('; '))
  const { soft, hard } = limits
  return {
    ...(soft !== undefined && { softMs: toMs('soft', soft) }),
    ...(hard !== undefined && { hardMs: toMs('hard', hard) }),
  }
}

/** One per app, since it remembers from look to look. */
const dashboards = new WeakMap<App, Promise<Dashboard>>()

async function dashboard(): Promise<Dashboard> {
  const app = await ambientApp()
  const known = dashboards.get(app) ?? app.dashboard()
  dashboards.set(app, known)
  return known
}

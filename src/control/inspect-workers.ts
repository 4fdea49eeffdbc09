import type { Engine } from '../engine/engine.js'
import type { LaneLimit } from '../engine/lanes/queue-overview.js'
import type { KeyedLimit } from '../engine/limits/lane-limits.js'
import type { ProcessFacts, WorkerFacts } from '../engine/workers/worker-facts.js'
import { formatRate } from '../time/rate.js'
import { chooseWorkers, type WorkerChoice } from './choose-workers.js'
import { ageMs, heardMs } from './heartbeat-age.js'
import { isoTime } from './job-report.js'

/** Which worker something is told of. */
export interface WorkerReference {
  /** Its name; several may have the same. */
  readonly worker: string
  readonly id: string
  readonly pid: number
}

/** What runs in a worker's slots, as its last heartbeat told. JSON only. */
export interface ActiveReport extends WorkerReference {
  /** Longest first. */
  readonly jobs: readonly ActiveJobReport[]
  /** Jobs that run beside those: a heartbeat names a hundred at most. */
  readonly more: number
}

/** A job in a slot. Times are ISO 8601. */
export interface ActiveJobReport {
  readonly id: string
  readonly task: string
  readonly queue: string
  /** 1 for the first run. */
  readonly attempt: number
  readonly startedAt: string
  /** How long it has been running. */
  readonly ageMs: number
}

/** Jobs that were fetched and do not run yet. taskq has none. */
export interface ReservedReport {
  readonly workers: readonly (WorkerReference & { readonly jobs: readonly never[] })[]
  readonly why: string
}

/** The tasks that a worker has the code of. */
export interface RegisteredReport extends WorkerReference {
  readonly tasks: readonly RegisteredTask[]
}

export interface RegisteredTask {
  readonly task: string
  /** Where its jobs go; undefined where nobody told. */
  readonly queue: string | undefined
  /** The rate limit that holds now, such as `100/m`. */
  readonly rateLimit?: string
  /** How many of its jobs run at once, at the most, by the limit that holds now. */
  readonly maxConcurrency?: number
  /** Which of them hold for each key by itself. */
  readonly keyed?: readonly KeyedLimit[]
  /** Whether one of them was set while running, and is not the code's. */
  readonly overridden?: boolean
}

/** What a worker is and has done. Times are ISO 8601. */
export interface StatsReport extends WorkerReference {
  readonly host: string
  readonly version: string
  readonly queues: readonly string[]
  /** How many tasks it has the code of. */
  readonly tasks: number
  readonly concurrency: number
  readonly autoscale?: { readonly min: number; readonly max: number }
  readonly active: number
  /** Runs that succeeded and that did not, since its start. */
  readonly succeeded: number
  readonly failed: number
  readonly startedAt: string
  readonly uptimeMs: number
  /** How long ago it was last heard of, by the broker's clock; left out where that is not known. */
  readonly heardMs?: number
  /** True once it was told to stop. */
  readonly stopping: boolean
  readonly process?: ProcessFacts
}

/** The jobs that run now, worker by worker. @throws TaskqError `TASKQ_CONTROL_NO_WORKER` */
export async function inspectActive(engine: Engine, choice: WorkerChoice = {}): Promise<readonly ActiveReport[]> {
  const { at, workers } = await readChosen(engine, choice)
  return workers.map((worker) => {
    const { slots = [], active } = worker
    const jobs = slots.map(({ id, task, queue, attempt, startedAt }) => ({
      id,
      task,
      queue,
      attempt,
      startedAt: isoTime(startedAt),
      ageMs: ageMs(startedAt, worker, at),
    }))
    return { ...referTo(worker), jobs, more: Math.max(0, active - jobs.length) }
  })
}

/** Always none: says why. @throws TaskqError `TASKQ_CONTROL_NO_WORKER` */
export async function inspectReserved(engine: Engine, choice: WorkerChoice = {}): Promise<ReservedReport> {
  const { workers } = await readChosen(engine, choice)
  return { workers: workers.map((worker) => ({ ...referTo(worker), jobs: [] })), why: NO_PREFETCH }
}

const NO_PREFETCH = 'taskq prefetches nothing: a worker takes a job when it has a free slot, and runs it at once.'

/** The tasks that each worker knows. @throws TaskqError `TASKQ_CONTROL_NO_WORKER` */
export async function inspectRegistered(
  engine: Engine,
  choice: WorkerChoice = {},
): Promise<readonly RegisteredReport[]> {
  const [{ workers }, known, { queues }] = await Promise.all([
    readChosen(engine, choice),
    engine.knownTasks(),
    engine.queueOverviews(),
  ])
  const limits = new Map(queues.flatMap(({ limits }) => limits).map((limit) => [limit.task, limit]))
  const describe = (task: string): RegisteredTask => {
    const limit = limits.get(task)
    return { task, queue: known.get(task)?.queue, ...(limit && limitsOf(limit)) }
  }
  return workers.map((worker) => ({ ...referTo(worker), tasks: [...worker.tasks].sort().map(describe) }))
}

function limitsOf({ window, maxConcurrency, keyed, overridden }: LaneLimit): Partial<RegisteredTask> {
  return {
    ...(window && { rateLimit: formatRate(window) }),
    ...(maxConcurrency !== undefined && { maxConcurrency }),
    ...(keyed && { keyed }),
    overridden,
  }
}

/** What each worker is, has done and costs. @throws TaskqError `TASKQ_CONTROL_NO_WORKER` */
export async function inspectStats(engine: Engine, choice: WorkerChoice = {}): Promise<readonly StatsReport[]> {
  const { at, workers } = await readChosen(engine, choice)
  return workers.map((worker) => {
    const { host, version, queues, tasks, concurrency, autoscale, active, succeeded, failed, process } = worker
    return {
      ...referTo(worker),
      ...{ host, version, queues, tasks: tasks.length, concurrency },
      ...(autoscale && { autoscale }),
      ...{
        active,
        succeeded,
        failed,
        startedAt: isoTime(worker.startedAt),
        uptimeMs: ageMs(worker.startedAt, worker, at),
      },
      ...(worker.heardAt !== undefined && { heardMs: heardMs(worker, at) ?? 0 }),
      stopping: worker.stopping ?? false,
      ...(process && { process }),
    }
  })
}

async function readChosen(engine: Engine, choice: WorkerChoice) {
  const [{ at }, alive] = await Promise.all([engine.ping(), engine.workers()])
  return { at, workers: chooseWorkers(alive, choice) }
}

const referTo = ({ id, name, pid }: WorkerFacts): WorkerReference => ({ worker: name, id, pid })

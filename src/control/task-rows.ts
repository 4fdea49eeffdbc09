import type { Minutes } from '../engine/stats/stats-reader.js'
import type { WorkerFacts } from '../engine/workers/worker-facts.js'
import type { TaskFacts } from '../engine/workers/worker-registry.js'
import { type Buckets, percentile } from '../stats/histogram.js'
import { noCounts, type TaskCounts } from '../stats/task-counts.js'
import { type Percentiles, TASK_WINDOW_MINUTES, type TaskRow } from './dashboard.js'

/** What rows of tasks are made of. */
export interface TaskReading {
  readonly known: ReadonlyMap<string, TaskFacts>
  readonly workers: readonly WorkerFacts[]
  /** What each task did in the last {@link TASK_WINDOW_MINUTES}. */
  readonly minutes: Minutes
}

/** The minutes that tell how many jobs end per minute now: the running one, which may just have begun, and one more. */
const RATE_MINUTES = 2

/** The rows of all tasks by name: those that a worker ever knew, and those that ran lately. */
export function readTaskRows({ known, workers, minutes }: TaskReading): TaskRow[] {
  const knownBy = countWorkers(workers)
  const counts = minutes.sumOf(TASK_WINDOW_MINUTES)
  const recent = minutes.sumOf(RATE_MINUTES)
  // By the time of that very reading: at a minute's end, a later one would be of the next minute.
  const passed = RATE_MINUTES - 1 + (minutes.at % 60_000) / 60_000
  return [...new Set([...known.keys(), ...knownBy.keys(), ...counts.keys()])].sort().map((task) => ({
    task,
    queue: known.get(task)?.queue,
    workers: knownBy.get(task) ?? 0,
    perMinute: endedOf(recent.get(task)) / passed,
    ...describeCounts(counts.get(task) ?? noCounts()),
  }))
}

function countWorkers(workers: readonly WorkerFacts[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const { tasks } of workers) for (const task of new Set(tasks)) counts.set(task, (counts.get(task) ?? 0) + 1)
  return counts
}

type CountedFacts = Omit<TaskRow, 'task' | 'queue' | 'workers' | 'perMinute'>

function describeCounts(counts: TaskCounts): CountedFacts {
  const { succeeded, failed, retried, wait, run } = counts
  const ended = endedOf(counts)
  return {
    succeeded,
    failed,
    retried,
    failurePercent: ended === 0 ? undefined : (failed / ended) * 100,
    runMs: readPercentiles(run),
    waitMs: readPercentiles(wait),
  }
}

const endedOf = (counts: TaskCounts | undefined): number =>
  counts === undefined ? 0 : counts.succeeded + counts.failed + counts.revoked + counts.expired

/** Undefined where nothing was measured. */
function readPercentiles(buckets: Buckets): Percentiles | undefined {
  const [p50, p95, p99] = [0.5, 0.95, 0.99].map((share) => percentile(buckets, share))
  return p50 === undefined || p95 === undefined || p99 === undefined ? undefined : { p50, p95, p99 }
}

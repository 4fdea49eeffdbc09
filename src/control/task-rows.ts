import type { WorkerFacts } from '../engine/worker-facts.js'
import type { TaskFacts } from '../engine/worker-registry.js'
import { type Buckets, percentile } from '../stats/histogram.js'
import { noCounts, type TaskCounts } from '../stats/task-counts.js'
import { type Percentiles, TASK_WINDOW_MINUTES, type TaskRow } from './dashboard.js'

/** What rows of tasks are made of. */
export interface TaskReading {
  readonly known: ReadonlyMap<string, TaskFacts>
  readonly workers: readonly WorkerFacts[]
  /** What each task did in the last {@link TASK_WINDOW_MINUTES}, the running one included. */
  readonly counts: ReadonlyMap<string, TaskCounts>
  /** The time by the broker's clock. */
  readonly at: number
}

/** The rows of all tasks by name: those that a worker ever knew, and those that ran lately. */
export function readTaskRows({ known, workers, counts, at }: TaskReading): TaskRow[] {
  const knownBy = countWorkers(workers)
  const minutes = TASK_WINDOW_MINUTES - 1 + (at % 60_000) / 60_000
  return [...new Set([...known.keys(), ...knownBy.keys(), ...counts.keys()])].sort().map((task) => ({
    task,
    queue: known.get(task)?.queue,
    workers: knownBy.get(task) ?? 0,
    ...describeCounts(counts.get(task) ?? noCounts(), minutes),
  }))
}

function countWorkers(workers: readonly WorkerFacts[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const { tasks } of workers) for (const task of new Set(tasks)) counts.set(task, (counts.get(task) ?? 0) + 1)
  return counts
}

type CountedFacts = Omit<TaskRow, 'task' | 'queue' | 'workers'>

function describeCounts({ succeeded, failed, retried, revoked, wait, run }: TaskCounts, minutes: number): CountedFacts {
  const ended = succeeded + failed + revoked
  return {
    succeeded,
    failed,
    retried,
    perMinute: ended / minutes,
    failurePercent: ended === 0 ? undefined : (failed / ended) * 100,
    runMs: readPercentiles(run),
    waitMs: readPercentiles(wait),
  }
}

/** Undefined where nothing was measured. */
function readPercentiles(buckets: Buckets): Percentiles | undefined {
  const [p50, p95, p99] = [0.5, 0.95, 0.99].map((share) => percentile(buckets, share))
  return p50 === undefined || p95 === undefined || p99 === undefined ? undefined : { p50, p95, p99 }
}

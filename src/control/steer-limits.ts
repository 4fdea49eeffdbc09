import type { Engine } from '../engine/engine.js'
import type { ActionReport } from './dashboard.js'
import { refreshLimits } from './steer.js'
import { setMaxConcurrency, setRateLimit, setTimeLimit } from './task-limits.js'

/**
 * Sets how often jobs of a task may start, over all workers; `null` puts the code's limit back. It is stored, and
 * holds at once; workers that run are told, and are not waited for.
 *
 * @throws TaskqError `TASKQ_CONTROL_INVALID`, `TASKQ_TASK_UNKNOWN`
 */
export async function changeRateLimit(engine: Engine, task: string, rate: string | null): Promise<ActionReport> {
  const report = await setRateLimit(engine, task, rate)
  await tell(engine)
  return report
}

/**
 * Sets how many jobs of a task may run at once, over all workers; `null` puts the code's number back. It is stored, and
 * holds at once: jobs that run go on.
 *
 * @throws TaskqError `TASKQ_CONTROL_INVALID`, `TASKQ_TASK_UNKNOWN`
 */
export async function changeMaxConcurrency(engine: Engine, task: string, most: number | null): Promise<ActionReport> {
  const report = await setMaxConcurrency(engine, task, most)
  await tell(engine)
  return report
}

/**
 * Sets how long runs of a task may take; `null` takes the limits away. It is stored, and holds for runs that start from
 * now on; workers that run are told, and are not waited for.
 *
 * @throws TaskqError `TASKQ_CONTROL_INVALID`, `TASKQ_TASK_UNKNOWN`
 */
export async function changeTimeLimit(
  engine: Engine,
  task: string,
  limits: { readonly softMs?: number; readonly hardMs?: number } | null,
): Promise<ActionReport> {
  const report = await setTimeLimit(engine, task, limits)
  await tell(engine)
  return report
}

/** The limit is stored by then: that nobody could be told must not look like a failure. */
const tell = (engine: Engine): Promise<void> => refreshLimits(engine).catch(() => {})

import type { ActiveJob } from '../engine/consumer.js'
import type { TaskLimit } from '../engine/limits/task-limits.js'
import { TaskqError } from '../errors/taskq-error.js'
import { formatDuration } from '../time/duration.js'
import type { RunHandle } from './run-handle.js'

/** How long a task's runs may take. */
export type TimeLimit = Pick<TaskLimit, 'softMs' | 'hardMs'>

/**
 * Holds a run to its task's time limits.
 *
 * - Past the soft limit its signal is aborted with `TASKQ_JOB_TIME_LIMIT`. What it then throws is a failure; where it
 *   returns all the same, it has succeeded.
 * - Past the hard limit a run in a child is ended with it. Otherwise nobody waits for it any longer: it has failed, but its
 *   code may still go on in this process, and beside the job's next run.
 *
 * @throws what the run throws; TaskqError `TASKQ_JOB_TIME_LIMIT` past the hard limit
 */
export function withinLimit<T>(
  run: () => Promise<T>,
  { softMs, hardMs }: TimeLimit,
  job: ActiveJob,
  handle: RunHandle,
): Promise<T> {
  const timers: NodeJS.Timeout[] = []
  const ended = new Promise<T>((resolve, reject) => {
    if (softMs !== undefined) timers.push(setTimeout(() => handle.exceed(limitError(job, 'soft', softMs)), softMs))
    if (hardMs !== undefined) {
      const giveUp = () => {
        const error = limitError(job, 'hard', hardMs)
        handle.exceed(error)
        // A run that can be ended says itself when it has.
        if (!handle.kill(error)) reject(error)
      }
      timers.push(setTimeout(giveUp, hardMs))
    }
    run().then(resolve, reject)
  })
  return ended.finally(() => {
    for (const timer of timers) clearTimeout(timer)
  })
}

const limitError = ({ task, id }: ActiveJob, kind: 'soft' | 'hard', limitMs: number): TaskqError =>
  new TaskqError(
    'TASKQ_JOB_TIME_LIMIT',
    `${task} (${id}) ran longer than its ${kind} limit of ${formatDuration(limitMs)}`,
  )

import type { Logger } from 'pino'
import { safeValues } from '../codec/safe-values.js'
import { describeFailure } from '../errors/job-failure.js'
import type { Worker } from '../worker/worker.js'

/**
 * Watches for what a task can do to its whole process: an error that nobody catches (a promise left alone, a
 * timer's callback), and `process.exit`. The log then names the jobs that were running, and the process ends
 * with 1, so that whoever supervises it starts another.
 *
 * Running jobs are not given back: one of them did it, and would do it for ever. Other workers take them when their
 * locks have run out, and the crash is counted.
 *
 * @returns ends the watching
 */
export function watchForAccidents(worker: Worker, log: Logger): () => void {
  const endWatch = () => process.off('uncaughtException', onUncaught).off('exit', onExit)
  const onUncaught = (error: unknown): void => {
    endWatch()
    const fields = { running: runningJobs(worker), error: safeValues(describeFailure(error)) }
    log.fatal(fields, 'an error that nobody caught ends this worker; the jobs that ran are run again by others')
    process.exit(1)
  }
  const onExit = (code: number): void => {
    if (SIGNALLED.has(code)) return
    if (code === 0) process.exitCode = 1
    log.fatal(
      { running: runningJobs(worker), code },
      'process.exit was called in this worker; one of these jobs did it',
    )
  }
  process.on('uncaughtException', onUncaught).on('exit', onExit)
  return endWatch
}

/** How a process ends that was told to by signals, more than twice: see stop-signals.ts. */
const SIGNALLED = new Set([129, 130, 143])

const runningJobs = (worker: Worker) => safeValues(worker.running.map(({ id, task }) => ({ id, task })))

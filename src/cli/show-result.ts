import type { App } from '../app/app.js'
import { type JobReport, readJob, readJobLog } from '../control/job-report.js'
import { JobFailedError } from '../errors/job-failure.js'
import { TaskqError } from '../errors/taskq-error.js'
import { readLogLine } from '../worker/run-log.js'
import { durationFlag } from './call-task.js'

/** A job, and what its task logged where that was asked for. */
export interface ShownResult {
  readonly job: JobReport
  readonly failed: boolean
  readonly logs: readonly string[] | undefined
}

const LOG_LINES = 100

/**
 * Reads a job, after its end where that is wanted.
 *
 * @throws TaskqError `TASKQ_RESULT_UNKNOWN`, `TASKQ_RESULT_TIMEOUT`
 */
export async function showResult(
  app: App,
  wanted: { id: string; wait: boolean; timeout: string; logs: boolean },
): Promise<ShownResult> {
  const timeout = durationFlag('--timeout', wanted.timeout)
  const handle = (await app.client()).result(wanted.id)
  if (wanted.wait) {
    await handle.get({ timeout }).catch((error) => {
      if (!(error instanceof JobFailedError)) throw error
    })
  }
  const engine = await app.engine()
  const job = await readJob(engine, wanted.id)
  if (job === undefined || (await handle.state()) === 'unknown') throw unknown(wanted.id)
  return {
    job,
    failed: await handle.failed(),
    logs: wanted.logs ? (await readJobLog(engine, wanted.id, LOG_LINES)).map(readLogLine) : undefined,
  }
}

const unknown = (id: string): TaskqError =>
  new TaskqError('TASKQ_RESULT_UNKNOWN', `no job has the id ${JSON.stringify(id.slice(0, 100))}`, {
    hint: "It never was, it was forgotten, or its result's time is over. Is this the same broker and prefix?",
  })

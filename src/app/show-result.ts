import { readLogLine } from '../codec/log-line.js'
import { createViewer } from '../codec/viewer.js'
import { type JobReport, readJob, readJobLog } from '../control/job-report.js'
import { JobFailedError } from '../errors/job-failure.js'
import { TaskqError } from '../errors/taskq-error.js'
import type { App } from './app.js'

/** Which job is shown, and how much of it. */
export interface ResultRequest {
  readonly id: string
  /** Wait so long for its end; undefined for not at all. */
  readonly waitMs: number | undefined
  readonly logs: boolean
  /** Show secrets, too. Default false. */
  readonly unmasked?: boolean
}

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
  { id, waitMs, logs, unmasked = false }: ResultRequest,
): Promise<ShownResult> {
  const handle = (await app.client()).result(id)
  if (waitMs !== undefined) {
    await handle.get({ timeout: waitMs }).catch((error) => {
      if (!(error instanceof JobFailedError)) throw error
    })
  }
  const engine = await app.engine()
  const viewer = unmasked
    ? { ...createViewer(app.config), redact: (value: unknown) => value }
    : createViewer(app.config)
  const job = await readJob(engine, id, viewer)
  if (job === undefined || (await handle.state()) === 'unknown') throw unknown(id)
  return {
    job,
    failed: await handle.failed(),
    logs: logs ? (await readJobLog(engine, id, LOG_LINES)).map((line) => readLogLine(line, viewer.redact)) : undefined,
  }
}

const unknown = (id: string): TaskqError =>
  new TaskqError('TASKQ_RESULT_UNKNOWN', `no job has the id ${JSON.stringify(id.slice(0, 100))}`, {
    hint: "It never was, it was forgotten, or its result's time is over. Is this the same broker and prefix?",
  })

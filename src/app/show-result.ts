import { readLogLine } from '../codec/log-line.js'
import { createViewer } from '../codec/viewer.js'
import { type JobReport, readJob, readJobLog } from '../control/job-report.js'
import type { Engine } from '../engine/engine.js'
import { JobFailedError } from '../errors/job-failure.js'
import { show } from '../errors/problems.js'
import { TaskqError } from '../errors/taskq-error.js'
import type { AsyncResult } from '../task/async-result.js'
import { partOf, type WorkflowPart } from '../task/names.js'
import type { WorkflowTree } from '../task/workflow-result.js'
import type { App } from './app.js'
import { readShownTree } from './show-workflow.js'

/** Which job is shown, and how much of it. */
export interface ResultRequest {
  readonly id: string
  /** Wait so long for its end; undefined for not at all. */
  readonly waitMs: number | undefined
  readonly logs: boolean
  /** Read the tree of the workflow that it is a part of. Default false. */
  readonly tree?: boolean
  /** Show secrets, too. Default false. */
  readonly unmasked?: boolean
}

/** A job; of a part of a workflow that is no job yet, or no more, what its workflow knows of it. */
export type ShownJob = Pick<JobReport, 'id' | 'task' | 'state'> & Partial<JobReport>

/** A job, and what was asked for with it: what its task logged, its workflow's tree. */
export interface ShownResult {
  readonly job: ShownJob
  readonly failed: boolean
  readonly logs: readonly string[] | undefined
  readonly tree?: WorkflowTree
}

const LOG_LINES = 100

/**
 * Reads a job, after its end where that is wanted.
 *
 * @throws TaskqError `TASKQ_RESULT_UNKNOWN`, `TASKQ_RESULT_TIMEOUT`; `TASKQ_USAGE` for the tree of a job of its own
 */
export async function showResult(
  app: App,
  { id, waitMs, logs, tree = false, unmasked = false }: ResultRequest,
): Promise<ShownResult> {
  const part = partOf(id)
  if (tree && part === undefined)
    throw new TaskqError('TASKQ_USAGE', `--tree: job ${show(id)} is no part of a workflow`)
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
  const job = (await readJob(engine, id, viewer)) ?? (part && (await readPart(engine, part, handle)))
  if (job === undefined || (await handle.state()) === 'unknown') throw unknown(id)
  return {
    job,
    failed: await handle.failed(),
    logs: logs ? (await readJobLog(engine, id, LOG_LINES)).map((line) => readLogLine(line, viewer.redact)) : undefined,
    ...(tree && part !== undefined && { tree: await readShownTree(app, part.workflow) }),
  }
}

/** A part of which there is no job; undefined where there is no such part. */
async function readPart(
  { workflows }: Engine,
  { workflow, node: index }: WorkflowPart,
  handle: AsyncResult,
): Promise<ShownJob | undefined> {
  const [[record], state, error] = await Promise.all([
    workflows.nodesAt(workflow, [index]),
    handle.state(),
    handle.error(),
  ])
  if (record === undefined || !('task' in record.node)) return undefined
  return { id: handle.id, task: record.node.task, state, workflow, ...(error !== undefined && { error }) }
}

const unknown = (id: string): TaskqError =>
  new TaskqError('TASKQ_RESULT_UNKNOWN', `no job has the id ${JSON.stringify(id.slice(0, 100))}`, {
    hint: "It never was, it was forgotten, or its result's time is over. Is this the same broker and prefix?",
  })

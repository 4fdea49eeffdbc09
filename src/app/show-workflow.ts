import { createViewer, shownBy } from '../codec/viewer.js'
import { describeWorkflow, type WorkflowReport } from '../control/workflows/workflow-report.js'
import { readTree } from '../engine/workflows/read-tree.js'
import { JobFailedError, type JobFailure } from '../errors/job-failure.js'
import { TaskqError } from '../errors/taskq-error.js'
import type { AsyncResult } from '../task/async-result.js'
import type { WorkflowTree } from '../task/workflow-result.js'
import type { App } from './app.js'

/** Which workflow is shown, and how much of it. */
export interface WorkflowRequest {
  readonly id: string
  /** Wait so long for its end; undefined for not at all. */
  readonly waitMs: number | undefined
  readonly tree: boolean
  /** Show secrets, too. */
  readonly unmasked: boolean
}

/** All that is known of one workflow. JSON only. */
export interface WholeWorkflow extends WorkflowReport {
  readonly error?: JobFailure
  /** Present when it succeeded. */
  readonly result?: unknown
}

/** A workflow, and its tree where that was asked for. */
export interface ShownWorkflow {
  readonly workflow: WholeWorkflow
  readonly failed: boolean
  readonly tree: WorkflowTree | undefined
}

/** How many parts are drawn at most. */
const DRAWN = 300
/** It has ended: what it came to is there. */
const RESULT_MS = 10_000

/**
 * Reads a workflow, after its end where that is wanted.
 *
 * @throws TaskqError `TASKQ_RESULT_UNKNOWN`, `TASKQ_RESULT_TIMEOUT`
 */
export async function showWorkflow(app: App, request: WorkflowRequest): Promise<ShownWorkflow> {
  const { id, waitMs } = request
  const [client, engine] = await Promise.all([app.client(), app.engine()])
  const handle = client.result(id)
  if (waitMs !== undefined) await settled(handle.get({ timeout: waitMs }))
  const summary = await engine.workflows.summary(id)
  if (summary === undefined) throw unknownWorkflow(id)
  const viewer = createViewer(app.config)
  const value = summary.state === 'succeeded' ? await settled(handle.get({ timeout: RESULT_MS })) : undefined
  const error = await handle.error()
  return {
    workflow: {
      ...describeWorkflow(summary),
      ...(error !== undefined && { error }),
      ...(value !== undefined && { result: request.unmasked ? value.of : (shownBy(viewer, value.of) ?? null) }),
    },
    failed: summary.state === 'failed' || summary.state === 'revoked',
    tree: request.tree ? await readShownTree(app, id) : undefined,
  }
}

/** A workflow's parts, for a drawing. @throws TaskqError `TASKQ_RESULT_UNKNOWN` */
export async function readShownTree(app: App, id: string): Promise<WorkflowTree> {
  const tree = await readTree(await app.engine(), id, { most: DRAWN })
  if (tree === undefined) throw unknownWorkflow(id)
  return tree
}

/** What came of waiting; undefined where it failed. */
async function settled(result: ReturnType<AsyncResult['get']>): Promise<{ readonly of: unknown } | undefined> {
  try {
    return { of: await result }
  } catch (error) {
    if (error instanceof JobFailedError) return undefined
    throw error
  }
}

const unknownWorkflow = (id: string): TaskqError =>
  new TaskqError('TASKQ_RESULT_UNKNOWN', `no workflow has the id ${JSON.stringify(id.slice(0, 100))}`, {
    hint: 'It never was, it was forgotten, or its time is over. Is this the same broker and prefix?',
  })

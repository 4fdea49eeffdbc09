import type { CanvasData } from '../canvas/canvas-data.js'
import { TaskqError } from '../errors/taskq-error.js'
import type { AsyncResult } from './async-result.js'
import type { EnqueueManyOptions, ManyCalls, ManyEnqueued } from './enqueue-many.js'
import type { EnqueueOptions } from './enqueue-options.js'
import type { RunOrigin } from './run-origin.js'
import type { WorkflowOptions } from './workflow-options.js'
import type { WorkflowResult } from './workflow-result.js'

/** What sends a task's jobs. Tasks are pure; the app puts a real one here. */
export interface Enqueuer {
  enqueue(task: string, args: readonly unknown[], options?: EnqueueOptions): Promise<AsyncResult>
  enqueueMany(task: string, calls: ManyCalls, options?: EnqueueManyOptions): Promise<ManyEnqueued>
  startWorkflow(canvas: CanvasData, options?: WorkflowOptions): Promise<WorkflowResult>
  /** Makes a workflow for a run; the job's next run gets the same. */
  startFromRun(canvas: CanvasData, run: RunOrigin): Promise<WorkflowResult>
  /** Adds a member to the group that a run's job is a member of. */
  addMember(canvas: CanvasData, run: RunOrigin): Promise<AsyncResult>
}

const SLOT = Symbol.for('taskq.enqueuer')
type Home = { [SLOT]?: () => Enqueuer | Promise<Enqueuer> }

/** Says where the enqueuer comes from; it is asked at every enqueue, so it may connect at the first. */
export function bindEnqueuer(provide: () => Enqueuer | Promise<Enqueuer>): void {
  ;(globalThis as Home)[SLOT] = provide
}

/** Sends one job through the bound enqueuer. */
export async function enqueue(task: string, args: readonly unknown[], options?: EnqueueOptions): Promise<AsyncResult> {
  const provided = boundEnqueuer()
  return (provided instanceof Promise ? await provided : provided).enqueue(task, args, options)
}

/** Sends many jobs of a task through the bound enqueuer. */
export async function enqueueMany(task: string, calls: ManyCalls, options?: EnqueueManyOptions): Promise<ManyEnqueued> {
  return (await boundEnqueuer()).enqueueMany(task, calls, options)
}

/** Sends a workflow through the bound enqueuer. */
export async function startWorkflow(canvas: CanvasData, options?: WorkflowOptions): Promise<WorkflowResult> {
  return (await boundEnqueuer()).startWorkflow(canvas, options)
}

/** Makes a run's workflow through the bound enqueuer. */
export async function startFromRun(canvas: CanvasData, run: RunOrigin): Promise<WorkflowResult> {
  return (await boundEnqueuer()).startFromRun(canvas, run)
}

/** Adds a member to a group through the bound enqueuer. */
export async function addMember(canvas: CanvasData, run: RunOrigin): Promise<AsyncResult> {
  return (await boundEnqueuer()).addMember(canvas, run)
}

function boundEnqueuer(): Enqueuer | Promise<Enqueuer> {
  const provide = (globalThis as Home)[SLOT]
  if (provide === undefined) {
    throw new TaskqError('TASKQ_ENQUEUE_NOT_SENT', 'no app is bound: nothing can be enqueued', {
      hint: "Import from 'taskq', which binds one.",
    })
  }
  return provide()
}

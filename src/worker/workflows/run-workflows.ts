import type { AnyCanvas, Canvas } from '../../canvas/canvas.js'
import type { CanvasData } from '../../canvas/canvas-data.js'
import { canvasOf } from '../../canvas/signature-of.js'
import { TaskqError } from '../../errors/taskq-error.js'
import { Replaced } from '../../retry/replaced.js'
import type { AsyncResult } from '../../task/async-result.js'
import { addMember, startFromRun } from '../../task/enqueuer.js'
import { partOf } from '../../task/names.js'
import type { RunOrigin } from '../../task/run-origin.js'
import type { WorkflowResult } from '../../task/workflow-result.js'

/** Which run makes workflows. */
export interface MakingRun {
  readonly id: string
  readonly task: string
  readonly lane: string
  /** Whether it calls its task for each of a list. */
  readonly isOfMany: boolean
}

/** The workflows that one run makes. Each is known by its place among them, so that the job's next run finds it again. */
export class RunWorkflows {
  #spawned = 0
  #added = 0

  constructor(private readonly run: MakingRun) {}

  async spawn<R>(canvas: Canvas<R>): Promise<WorkflowResult<R>> {
    return (await startFromRun(dataOf(canvas, 'this.spawn'), this.#origin(`${this.#spawned++}`))) as WorkflowResult<R>
  }

  async replace(canvas: AnyCanvas): Promise<never> {
    if (this.run.isOfMany)
      throw this.#invalid('replace', 'it runs for each of a list', 'Use this.spawn, or a group instead of map.')
    const { id } = await startFromRun(dataOf(canvas, 'this.replace'), this.#origin('r', true))
    throw new Replaced(id)
  }

  async addToChord(canvas: AnyCanvas): Promise<AsyncResult> {
    if (partOf(this.run.id) === undefined)
      throw this.#invalid('addToChord', 'it is no part of a workflow', 'Call it in a member of a group.')
    return addMember(dataOf(canvas, 'this.addToChord'), this.#origin(`a${this.#added++}`))
  }

  #origin(mark: string, owns = false): RunOrigin {
    return { job: this.run.id, lane: this.run.lane, mark, owns }
  }

  #invalid(method: string, why: string, hint: string): TaskqError {
    const { id, task } = this.run
    return new TaskqError('TASKQ_WORKFLOW_INVALID', `${task} (${id}) cannot ${method}: ${why}`, { hint })
  }
}

/** @throws TaskqError `TASKQ_WORKFLOW_INVALID` for what is no canvas */
const dataOf = (canvas: unknown, place: string): CanvasData => canvasOf(canvas, place) as unknown as CanvasData

import type { Codec } from '../codec/codec.js'
import type { Engine } from '../engine/engine.js'
import { formatProblem, show } from '../errors/problems.js'
import { TaskqError } from '../errors/taskq-error.js'
import type { AsyncResult } from '../task/async-result.js'
import { isWorkflowId, NAMED, partOf, WORKFLOW_PREFIX } from '../task/names.js'
import type { WorkflowResult } from '../task/workflow-result.js'
import { JobResult, type JobTraits } from './job-result.js'
import { WorkflowHandle, type WorkflowTraits } from './workflow-results/workflow-handle.js'

/** Makes the handles of an app's jobs and workflows. */
export class Handles {
  constructor(
    private readonly engine: Engine,
    /** Milliseconds that results are kept where the job does not say. */
    private readonly resultTtlMs: number,
    private readonly codec: Codec,
  ) {}

  readonly #handle = (id: string, traits?: JobTraits): AsyncResult => this.of(id, traits)

  /** A handle on what has this id: a job, a workflow, or a part of one. */
  of<R = unknown>(id: string, traits: JobTraits = {}): AsyncResult<R> {
    return isWorkflowId(id) ? this.workflow<R>(id) : this.job<R>(id, traits)
  }

  job<R = unknown>(id: string, traits: JobTraits = {}): AsyncResult<R> {
    return new JobResult<R>(id, traits, this.engine, this.resultTtlMs, this.codec, this.#handle)
  }

  /**
   * A handle on a workflow by its id.
   *
   * @throws TaskqError `TASKQ_WORKFLOW_INVALID` for the id of anything else
   */
  workflowOf<R = unknown>(id: unknown): WorkflowResult<R> {
    if (typeof id === 'string' && isWorkflowId(id)) return this.workflow<R>(id)
    const problem = { key: 'id', expected: "a workflow's id, which begins with w_", got: show(id) }
    throw new TaskqError('TASKQ_WORKFLOW_INVALID', formatProblem(problem), { hint: hintFor(id) })
  }

  workflow<R = unknown>(id: string, traits: WorkflowTraits = {}): WorkflowResult<R> {
    return new WorkflowHandle<R>(id, traits, {
      engine: this.engine,
      codec: this.codec,
      handle: this.#handle,
    })
  }
}

/** Which id was most likely meant. */
function hintFor(id: unknown): string {
  const part = typeof id === 'string' ? partOf(id) : undefined
  if (part !== undefined)
    return `That is a job of a workflow, whose id is ${part.workflow}; getResult(id) gives the job.`
  const made = 'It is the id of what delay() and applyAsync() gave.'
  return typeof id === 'string' && id !== '' && id.length <= LONGEST_SHOWN
    ? `${made} A workflow with the taskId ${show(id)} has the id ${show(WORKFLOW_PREFIX + NAMED + id)}.`
    : made
}

const LONGEST_SHOWN = 50

import type { Canvas } from '../canvas/canvas.js'
import type { CanvasData } from '../canvas/canvas-data.js'
import { canvasOf } from '../canvas/signature-of.js'
import { TaskqError } from '../errors/taskq-error.js'
import { Replaced } from '../retry/replaced.js'
import type { AsyncResult } from '../task/async-result.js'
import type { RunContext } from '../task/run-context.js'
import type { WorkflowResult } from '../task/workflow-result.js'

/** What a workflow comes to that nobody runs. */
export type ResultsOf = (canvas: CanvasData) => unknown

/** Keeps what a run in a test makes, and runs none of it. */
export class MadeWorkflows implements Pick<RunContext, 'spawn' | 'replace' | 'addToChord'> {
  readonly spawned: CanvasData[] = []
  readonly added: CanvasData[] = []
  replacedBy: CanvasData | undefined

  constructor(private readonly results: ResultsOf | undefined) {}

  readonly spawn = async <R>(canvas: Canvas<R>): Promise<WorkflowResult<R>> => {
    const data = dataOf(canvas, 'this.spawn')
    return this.#handle(`w_test-${this.spawned.push(data)}`, data) as WorkflowResult<R>
  }

  readonly replace = async (canvas: Canvas): Promise<never> => {
    this.replacedBy = dataOf(canvas, 'this.replace')
    throw new Replaced('w_test-r')
  }

  readonly addToChord = async (canvas: Canvas): Promise<AsyncResult> => {
    const data = dataOf(canvas, 'this.addToChord')
    return this.#handle(`w_test~${this.added.push(data)}`, data)
  }

  /** What the run came to, where a workflow took its place. */
  resultOfReplaced(thrown: unknown): unknown {
    if (!(thrown instanceof Replaced) || this.replacedBy === undefined) throw thrown
    return this.results?.(this.replacedBy)
  }

  #handle(id: string, canvas: CanvasData): WorkflowResult {
    const { results } = this
    const handle = {
      id,
      task: canvas.kind === 'task' ? canvas.task : undefined,
      deduplicated: false,
      get: async () => (results === undefined ? reject('get') : results(canvas)),
    }
    return new Proxy(handle, {
      get: (target, key) => {
        if (key in target) return Reflect.get(target, key)
        return typeof key === 'symbol' || key === 'then' ? undefined : async () => reject(key)
      },
    }) as unknown as WorkflowResult
  }
}

const dataOf = (canvas: unknown, place: string): CanvasData => canvasOf(canvas, place) as unknown as CanvasData

function reject(method: string): never {
  throw new TaskqError('TASKQ_RESULT_UNKNOWN', `${method}: runTask runs the one task, and nothing that it makes`, {
    hint: 'Say what its workflows come to: runTask(task, args, { results: (canvas) => … }).',
  })
}

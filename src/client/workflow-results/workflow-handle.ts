import type { Codec } from '../../codec/codec.js'
import { whileWaiting } from '../../context/while-waiting.js'
import type { Engine } from '../../engine/engine.js'
import { WORKFLOW_EVENTS, type WorkflowSummary } from '../../engine/workflows/workflow-record.js'
import type { JobFailure } from '../../errors/job-failure.js'
import { TaskqError } from '../../errors/taskq-error.js'
import type { AsyncResult, JobLogLine, ProgressOptions, Revocation, RevokeOptions } from '../../task/async-result.js'
import type { JobState } from '../../task/job-state.js'
import { partId } from '../../task/names.js'
import { graceOf } from '../../task/revoke-grace.js'
import type { MemberResult, WorkflowProgress, WorkflowResult, WorkflowTree } from '../../task/workflow-result.js'
import { type Duration, formatDuration } from '../../time/duration.js'
import { readProgress } from '../job-progress.js'
import { timeoutOf } from '../timeout-option.js'
import type { MembersRequest } from './members.js'
import { slotValue } from './slot-value.js'
import { workflowError, workflowFailure } from './workflow-failure.js'
import { progressOf, progressSource } from './workflow-progress.js'

/** What is known of a workflow beside its id. */
export interface WorkflowTraits {
  readonly name?: string
  /** Whether it was there already. */
  readonly deduplicated?: boolean
}

/** What handles are made with. */
export interface HandleTools {
  readonly engine: Engine
  readonly codec: Codec
  /** Makes the handle of another job, or workflow. */
  handle(id: string, traits?: { readonly task: string }): AsyncResult
}

/** How a console asks a value to show itself. */
const INSPECT: unique symbol = Symbol.for('nodejs.util.inspect.custom')

const DEFAULT_TIMEOUT: Duration = '30s'
/** As many parts have handles. */
const MOST_CHILDREN = 10_000

/** A {@link WorkflowResult} over the engine. */
export class WorkflowHandle<R> implements WorkflowResult<R> {
  /** None: it is many. */
  readonly task = undefined
  readonly deduplicated: boolean

  constructor(
    readonly id: string,
    private readonly traits: WorkflowTraits,
    private readonly tools: HandleTools,
  ) {
    this.deduplicated = traits.deduplicated ?? false
  }

  /** On a console, without the engine: that holds the broker's password. */
  [INSPECT](): object {
    const { name } = this.traits
    return { id: this.id, ...(name !== undefined && { name }) }
  }

  async get({ timeout = DEFAULT_TIMEOUT }: { timeout?: Duration } = {}): Promise<R> {
    const timeoutMs = timeoutOf('get', timeout)
    const { finish } = this.tools.engine
    const here = { lane: WORKFLOW_EVENTS, id: this.id }
    const { id } = this
    const end = await whileWaiting((signal) => finish.until(here, () => this.#lookForEnd(), timeoutMs, signal), { id })
    if (end === undefined) throw await this.#timeout(timeoutMs)
    return end.value as R
  }

  async state(): Promise<JobState> {
    const summary = await this.#find()
    if (summary === undefined) return 'unknown'
    return summary.state === 'running' ? 'active' : summary.state
  }

  async ready(): Promise<boolean> {
    const summary = await this.#find()
    return summary !== undefined && summary.state !== 'running'
  }

  async successful(): Promise<boolean> {
    return (await this.#find())?.state === 'succeeded'
  }

  async failed(): Promise<boolean> {
    return (await this.ready()) && !(await this.successful())
  }

  async error(): Promise<JobFailure | undefined> {
    const summary = await this.#find()
    return summary && workflowFailure(summary)
  }

  async counts(): Promise<WorkflowProgress> {
    return progressOf(await this.#require())
  }

  progress({ timeout, signal }: ProgressOptions = {}): AsyncGenerator<WorkflowProgress, void> {
    const timeoutMs = timeout === undefined ? Number.POSITIVE_INFINITY : timeoutOf('progress', timeout)
    return readProgress(progressSource(this.tools.engine), {
      id: this.id,
      findLane: async () => {
        await this.#require()
        return WORKFLOW_EVENTS
      },
      timeoutMs,
      signal,
      read: (counts) => counts,
      timeoutError: () => this.#timeout(timeoutMs),
    }) as AsyncGenerator<WorkflowProgress, void>
  }

  iter({ timeout, signal }: ProgressOptions = {}): AsyncGenerator<MemberResult, void> {
    const timeoutMs = timeout === undefined ? Number.POSITIVE_INFINITY : timeoutOf('iter', timeout)
    return this.#members({
      id: this.id,
      timeoutMs,
      signal,
      timeoutError: () => this.#timeout(timeoutMs),
      unknownError: () => this.#unknown(),
    })
  }

  async *#members(request: MembersRequest): AsyncGenerator<MemberResult, void> {
    const { membersOf } = await import('./members.js')
    yield* membersOf(this.tools.engine, this.tools.codec, request)
  }

  async tree(): Promise<WorkflowTree & { toString(): string }> {
    const [{ drawTree }, { readTree }] = await Promise.all([
      import('../../canvas/draw-tree.js'),
      import('../../engine/workflows/read-tree.js'),
    ])
    const tree = await readTree(this.tools.engine, this.id)
    if (tree === undefined) throw this.#unknown()
    return { ...tree, toString: () => drawTree(tree) }
  }

  /** None: what its jobs log is theirs. */
  async logs(): Promise<readonly JobLogLine[]> {
    return []
  }

  async revoke({ reason = 'asked for by its handle', terminate }: RevokeOptions = {}): Promise<Revocation> {
    const terminateMs = graceOf(terminate)
    const request = { reason, ...(terminateMs !== undefined && { terminateMs }) }
    const { revokeWorkflow } = await import('../../engine/workflows/revoke-workflow.js')
    return revokeWorkflow(this.tools.engine, this.id, request)
  }

  async retry(): Promise<boolean> {
    const { retryWorkflow } = await import('../../engine/workflows/retry-workflow.js')
    return (await retryWorkflow(this.tools.engine, this.id, 'its handle')) > 0
  }

  /** Its jobs, in the order in which they are written; of very many the first 10,000. Callbacks are not among them. */
  async children(): Promise<readonly AsyncResult[]> {
    const { workflows } = this.tools.engine
    const record = await workflows.record(this.id)
    if (record === undefined) throw this.#unknown()
    const nodes = await workflows.nodes(this.id, 0, Math.min(record.nodes, MOST_CHILDREN))
    return nodes.flatMap(({ index, node }) =>
      node.kind === 'task' ? this.tools.handle(partId(this.id, index), { task: node.task }) : [],
    )
  }

  async parent(): Promise<AsyncResult | undefined> {
    const parent = (await this.#find())?.parent
    return parent === undefined ? undefined : this.tools.handle(parent)
  }

  async forget(): Promise<boolean> {
    const { forgetWorkflow } = await import('../../engine/workflows/forget-workflow.js')
    return forgetWorkflow(this.tools.engine, this.id)
  }

  #find(): Promise<WorkflowSummary | undefined> {
    return this.tools.engine.workflows.summary(this.id)
  }

  async #require(): Promise<WorkflowSummary> {
    const summary = await this.#find()
    if (summary === undefined) throw this.#unknown()
    return summary
  }

  /** Its end, once there is one: its value is returned, its failure thrown. */
  async #lookForEnd(): Promise<{ readonly value: unknown } | undefined> {
    const summary = await this.#require()
    if (summary.state === 'running') return undefined
    const error = workflowError(summary)
    if (error !== undefined) throw error
    const slot = await this.tools.engine.workflows.resultOf(this.id)
    if (slot === undefined) throw this.#unknown()
    return { value: slotValue(this.id, slot, this.tools.codec) }
  }

  async #timeout(timeoutMs: number): Promise<TaskqError> {
    const summary = await this.#find().catch(() => undefined)
    const { done = 0, total = 0 } = summary ?? {}
    const how = summary === undefined ? 'the broker is away' : `${done} of its ${total} jobs have succeeded`
    return this.#error('TASKQ_RESULT_TIMEOUT', `not done after ${formatDuration(timeoutMs)}; ${how}`)
  }

  #unknown(): TaskqError {
    return this.#error('TASKQ_RESULT_UNKNOWN', 'no workflow has this id: it never was, or its time is over')
  }

  #error(code: 'TASKQ_RESULT_TIMEOUT' | 'TASKQ_RESULT_UNKNOWN', what: string): TaskqError {
    const { name } = this.traits
    const who = name === undefined ? `workflow ${this.id}` : `workflow ${name} (${this.id})`
    return new TaskqError(code, `${who}: ${what}`, { data: { workflowId: this.id } })
  }
}

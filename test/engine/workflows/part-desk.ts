import type { LaneConsumer, Pull } from '../../../src/engine/consumer.js'
import type { NewNode, NewWorkflow, ReadyNode, WorkflowMove } from '../../../src/engine/workflows/workflow-record.js'
import { partId } from '../../../src/task/names.js'
import { consumerOf } from '../../support/lost-worker.js'
import type { TestApp } from '../../support/test-app.js'

export const FAILURE = { name: 'TypeError', message: 'boom', stack: 'TypeError: boom\n    at x' }
export const W = 'w_test'

/** A node that becomes a job. */
export const task = (index: number, next: string, up = 'e', name = 'work'): NewNode => ({
  index,
  node: { kind: 'task', next: next as 'e', up: up as 'e', task: name },
  call: `call ${index}`,
})

/** One task after the other. */
export const chainOf = (length: number): readonly NewNode[] =>
  Array.from({ length }, (_, index) => task(index, index + 1 < length ? String(index + 1) : 'e'))

/** Workflows and their jobs, put where a test wants them, without a client. */
export class PartDesk {
  readonly #consumers = new Map<string, LaneConsumer>()

  constructor(
    private readonly app: TestApp,
    private readonly lane = 'default',
  ) {}

  /** Makes a workflow and the jobs that it begins with. */
  async begin(nodes: readonly NewNode[], over: Partial<NewWorkflow> = {}): Promise<void> {
    await this.advance(await this.create(nodes, over))
  }

  /** Makes a workflow, and none of its jobs. */
  async create(nodes: readonly NewNode[], over: Partial<NewWorkflow> = {}): Promise<WorkflowMove> {
    const kept = { keepMs: 60_000, failKeepMs: 60_000 }
    const total = nodes.filter(({ node }) => node.kind === 'task').length
    const about = { id: W, name: 'test', shape: 0, start: ['0'] as const, total, ...kept }
    return (await this.app.engine.workflows.create({ ...about, nodes, ...over })).move
  }

  /** Makes jobs of what is ready. */
  async advance(move: WorkflowMove | undefined): Promise<void> {
    await Promise.all((move?.ready ?? []).map((node) => this.add(node, move?.workflow)))
  }

  add({ index }: Pick<ReadyNode, 'index'>, workflow = W, delayMs = 0) {
    const data = JSON.stringify({ v: 1, args: [index] })
    const job = { id: partId(workflow, index), lane: this.lane, task: 'work', data, delayMs }
    return this.app.engine.producer.add({ ...job, part: { workflow, node: index } })
  }

  async consumer(): Promise<LaneConsumer> {
    const consumer = this.#consumers.get(this.lane) ?? (await consumerOf(this.app, this.lane))
    this.#consumers.set(this.lane, consumer)
    return consumer
  }

  /** The next job, in a worker's hands. */
  async take() {
    const lane = await this.consumer()
    const { job } = await lane.pull(`token:${Math.random()}`)
    if (job === undefined) throw new Error(`${this.lane} has no job that may start`)
    return { lane, job }
  }

  /** The next job is done. */
  async succeed(result: unknown = 1, fetchNext = false): Promise<Pull> {
    const { lane, job } = await this.take()
    const payload = JSON.stringify({ id: job.id, stored: result })
    return lane.succeed(job, result, { fetchNext, keep: true, payload })
  }

  /** The next job fails for good. */
  async bury(fetchNext = false): Promise<Pull> {
    const { lane, job } = await this.take()
    return lane.bury(job, FAILURE, { fetchNext })
  }

  /** Jobs that nobody made in time: what was handed out may be taken again. */
  async forgetLeases(): Promise<void> {
    const ready = this.app.keys.workflow(W, 'ready')
    for (const member of await this.app.redis.zrange(ready, '0', '-1')) await this.app.redis.zadd(ready, 0, member)
  }

  summary() {
    return this.app.engine.workflows.summary(W)
  }
}

import type { LaneConsumer } from '../../src/engine/consumer.js'
import type { JobFailure } from '../../src/errors/job-failure.js'
import { consumerOf } from '../support/lost-worker.js'
import type { TestApp } from '../support/test-app.js'

export const FAILURE = { name: 'TypeError', message: 'boom', stack: 'TypeError: boom\n    at x' }

interface NewJob {
  readonly lane?: string
  readonly task?: string
  readonly args?: readonly unknown[]
  readonly data?: string
  readonly delayMs?: number
}

/** Jobs put where a test wants them, without a task. */
export class JobDesk {
  readonly #consumers = new Map<string, LaneConsumer>()

  constructor(private readonly app: TestApp) {}

  async add(id: string, { lane = 'default', task = 'send', args = [], data, delayMs = 0 }: NewJob = {}) {
    await this.app.engine.producer.add({ id, lane, task, data: data ?? JSON.stringify({ v: 1, args }), delayMs })
  }

  async consumer(lane = 'default'): Promise<LaneConsumer> {
    const consumer = this.#consumers.get(lane) ?? (await consumerOf(this.app, lane))
    this.#consumers.set(lane, consumer)
    return consumer
  }

  /** The next job of a lane, in a worker's hands. */
  async take(lane = 'default') {
    const consumer = await this.consumer(lane)
    const { job } = await consumer.pull(`token:${Math.random()}`)
    if (job === undefined) throw new Error(`${lane} has no job that may start`)
    return { consumer, job }
  }

  async bury(id: string, options: NewJob = {}, failure: JobFailure = FAILURE): Promise<void> {
    await this.add(id, options)
    const { consumer, job } = await this.take(options.lane)
    await consumer.bury(job, failure, { fetchNext: false })
  }

  async succeed(id: string, result: unknown, options: NewJob = {}): Promise<void> {
    await this.add(id, options)
    const { consumer, job } = await this.take(options.lane)
    await consumer.succeed(job, result, { fetchNext: false, keep: true })
  }

  /** Fails, and waits for its next run. */
  async fail(id: string, delayMs: number, options: NewJob = {}): Promise<void> {
    await this.add(id, options)
    const { consumer, job } = await this.take(options.lane)
    await consumer.retry(job, FAILURE, delayMs, { fetchNext: false })
  }
}

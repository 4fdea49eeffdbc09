import { randomUUID } from 'node:crypto'
import { Redis } from 'ioredis'
import { onTestFinished } from 'vitest'
import { planWorker, type WorkerRequest } from '../../src/app/worker-request.js'
import { Client } from '../../src/client/client.js'
import { resolveConfig } from '../../src/config/resolve-config.js'
import type { RedisBroker, ResolvedConfig } from '../../src/config/resolved-config.js'
import type { TaskqConfig } from '../../src/config/taskq-config.js'
import { Engine } from '../../src/engine/engine.js'
import { type Keys, keysOf } from '../../src/engine/keys.js'
import type { WorkerSide } from '../../src/engine/workers/worker-side.js'
import type { TaskDefinition } from '../../src/task/definition.js'
import { bindEnqueuer } from '../../src/task/enqueuer.js'
import { forgetTasks } from '../../src/task/registry.js'
import type { LogLevel } from '../../src/worker/run-log.js'
import { Worker } from '../../src/worker/worker.js'
import type { WorkerOptions } from '../../src/worker/worker-options.js'
import { EventRecorder } from './event-recorder.js'

/** What a test wants of its app. */
export interface TestAppOptions {
  readonly config?: TaskqConfig
  /** What its workers know; forgotten when the test ends. */
  readonly tasks?: readonly { readonly definition: TaskDefinition }[]
}

/** What a test wants of a worker, beside what a user could ask for. */
export interface TestWorkerRequest extends Omit<WorkerRequest, 'onEvent' | 'onLog'> {
  /** Default: the app's. */
  readonly tasks?: readonly { readonly definition: TaskDefinition }[]
  readonly options?: Partial<WorkerOptions>
}

export interface TestLine {
  readonly level: LogLevel
  readonly id: string
  readonly task: string
  readonly fields: object | undefined
  readonly message: string
}

/** A worker that has started, with what it told. */
export interface TestWorker {
  readonly worker: Worker
  readonly events: EventRecorder
  readonly lines: readonly TestLine[]
}

/** An app on the tests' broker, with keys of its own; all of it is closed when the test ends. */
export class TestApp {
  readonly config: ResolvedConfig
  readonly redis: Redis
  readonly keys: Keys
  readonly engine: Engine
  readonly client: Client
  readonly warnings: string[] = []
  readonly #tasks: readonly { readonly definition: TaskDefinition }[]
  readonly #workers: Worker[] = []
  readonly #engines: Engine[] = []
  readonly #closers: (() => Promise<void>)[] = []

  constructor(url: string, { config, tasks = [] }: TestAppOptions) {
    const value = { broker: url, prefix: `test-${randomUUID().slice(0, 8)}`, ...config }
    this.config = resolveConfig({ root: process.cwd(), file: { path: 'test', value } })
    this.keys = keysOf(this.config.prefix)
    this.redis = new Redis(url, { lazyConnect: true })
    this.redis.on('error', () => {})
    this.#tasks = tasks
    this.engine = this.newEngine()
    this.client = this.newClient(this.engine)
    bindEnqueuer(() => this.client)
  }

  get broker(): RedisBroker {
    if (this.config.broker.kind !== 'redis') throw new Error('the app of a test has a broker of its own')
    return this.config.broker
  }

  /** One more engine of the same app, as another process has it. */
  newEngine(over: { broker?: RedisBroker; timeoutMs?: number } = {}): Engine {
    const { prefix, enqueueTimeoutMs, durability } = this.config
    const engine = new Engine({ broker: this.broker, prefix, timeoutMs: enqueueTimeoutMs, ...durability, ...over })
    this.#engines.push(engine)
    return engine
  }

  newClient(engine = this.newEngine()): Client {
    return new Client(engine, this.config, (message) => this.warnings.push(message))
  }

  /** A worker's connection without a worker; closed with the app. */
  async side(): Promise<WorkerSide> {
    const side = await this.engine.openWorkerSide()
    this.onClose(() => side.close())
    return side
  }

  /** Called when the app closes, the latest first. */
  onClose(close: () => Promise<void>): void {
    this.#closers.unshift(close)
  }

  /** Starts a worker. */
  async worker(request: TestWorkerRequest = {}): Promise<TestWorker> {
    const started = await this.createWorker(request)
    await started.worker.start()
    return started
  }

  /** Makes a worker that is connected and not started. */
  async createWorker({ tasks = this.#tasks, options, ...request }: TestWorkerRequest): Promise<TestWorker> {
    const events = new EventRecorder()
    const lines: TestLine[] = []
    const definitions = tasks.map((task) => task.definition)
    const onLog: WorkerOptions['onLog'] = (level, { id, task }, fields, message) =>
      lines.push({ level, id, task, fields, message })
    const plan = planWorker(this.config, definitions, { ...request, onEvent: events.sink, onLog }, '0.0.0-test')
    const workflowDriver = () => this.client.workflowDriver()
    const worker = new Worker(await this.engine.openWorkerSide(), { ...plan, workflowDriver, ...options })
    this.#workers.push(worker)
    return { worker, events, lines }
  }

  async close(): Promise<void> {
    for (const { definition } of this.#tasks) forgetTasks(definition.name)
    for (const worker of this.#workers) {
      void worker.stop()
      void worker.stop()
    }
    await Promise.all(this.#workers.map((worker) => worker.done))
    for (const close of this.#closers) await close()
    await Promise.all(this.#engines.map((engine) => engine.close()))
    this.redis.disconnect()
  }
}

/** Makes a {@link TestApp}; its client is what `delay` uses until the next app is made. */
export function testApp({ url }: { readonly url: string }, options: TestAppOptions = {}): TestApp {
  const app = new TestApp(url, options)
  onTestFinished(() => app.close())
  return app
}

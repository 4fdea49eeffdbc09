import type { Beat } from '../beat/beat.js'
import type { Client } from '../client/client.js'
import type { ResolvedConfig } from '../config/resolved-config.js'
import type { Dashboard } from '../control/dashboard.js'
import type { Schedules } from '../control/schedules.js'
import type { Discovery } from '../discovery/discover-tasks.js'
import type { EmbeddedBroker } from '../embedded/broker.js'
import type { BrokerInfo } from '../engine/connection/broker-info.js'
import type { Engine } from '../engine/engine.js'
import type { EngineOptions } from '../engine/engine-options.js'
import type { BeatEventSink } from '../events/beat-event.js'
import type { ScheduleEntry } from '../schedule/schedule-entry.js'
import type { Worker } from '../worker/worker.js'
import { type AppSources, childSourceOf, LOCK_THREAD, warnOf } from './app-sources.js'
import type { AppBroker } from './resolve-broker.js'
import { packageVersion } from './version.js'
import type { WorkerRequest } from './worker-request.js'

/** A worker that is connected, and not started. */
export interface CreatedWorker {
  readonly worker: Worker
  readonly queues: readonly string[]
  readonly name: string
  /** Asks its broker what it is. */
  readonly brokerInfo: () => Promise<BrokerInfo>
}

/** How a console asks a value to show itself. */
const INSPECT: unique symbol = Symbol.for('nodejs.util.inspect.custom')

/**
 * One project's taskq: its configuration, and, each made when it is first asked for, its connection, its
 * client, its tasks and its workers.
 */
export class App {
  #broker: Promise<AppBroker> | undefined
  #engine: Promise<Engine> | undefined
  #client: Promise<Client> | undefined
  #discovery: Promise<Discovery> | undefined
  #reviving: Promise<unknown> | undefined
  /** What listens through them ends with the app. */
  readonly #dashboards: Dashboard[] = []

  private constructor(
    readonly config: ResolvedConfig,
    private readonly sources: AppSources,
  ) {}

  /**
   * Loads and checks the configuration; connects to nothing.
   *
   * @throws TaskqError `TASKQ_CONFIG_UNREADABLE`, `TASKQ_CONFIG_INVALID`
   */
  static async load(sources: AppSources): Promise<App> {
    const [{ loadConfigFile }, { resolveConfig }] = await Promise.all([
      import('../discovery/load-config-file.js'),
      import('../config/resolve-config.js'),
    ])
    const { root, file, warnings } = await loadConfigFile(sources.cwd, sources.configPath)
    for (const warning of warnings) warnOf(sources)(warning)
    const { env, flags } = sources
    return new App(resolveConfig({ root, env, ...(file && { file }), ...(flags && { flags }) }), sources)
  }

  /** An app of a configuration given in code. */
  static of(config: ResolvedConfig, sources: AppSources): App {
    return new App(config, sources)
  }

  /** On a console, without its connections and its environment, which holds secrets of all kinds. */
  [INSPECT](): object {
    return { config: this.config }
  }

  /** The broker's address; starts the embedded broker where none is configured. */
  broker(): Promise<AppBroker> {
    this.#broker ??= import('./resolve-broker.js').then(({ resolveBroker }) =>
      resolveBroker(this.config, this.sources.env),
    )
    return this.#broker
  }

  /** The engine, which connects when it is first used. */
  engine(): Promise<Engine> {
    this.#engine ??= this.#openEngine().catch((error) => {
      this.#forget()
      throw error
    })
    return this.#engine
  }

  client(): Promise<Client> {
    this.#client ??= this.#openClient().catch((error) => {
      this.#client = undefined
      throw error
    })
    return this.#client
  }

  /** Imports the project's task files. */
  discover(): Promise<Discovery> {
    this.#discovery ??= import('../discovery/discover-tasks.js').then(({ discoverTasks }) =>
      discoverTasks({ root: this.config.root, patterns: this.config.tasks }),
    )
    return this.#discovery
  }

  /** Makes a worker of the discovered tasks, connected but not started. */
  async createWorker(request: WorkerRequest): Promise<CreatedWorker> {
    const [{ Worker }, { WorkerSide }, { planWorker }, { tasks }, reach] = await Promise.all([
      import('../worker/worker.js'),
      import('../engine/workers/worker-side.js'),
      import('./worker-request.js'),
      this.discover(),
      this.#engineOptions(),
    ])
    const definitions = tasks.map(({ definition }) => definition)
    const children = childSourceOf(this.sources)
    const options = planWorker(
      this.config,
      definitions,
      { children, lockThread: LOCK_THREAD, ...request },
      packageVersion(),
    )
    const side = await WorkerSide.open(reach)
    const { queues, name } = options
    const workflowDriver = async () => (await this.client()).workflowDriver()
    return {
      worker: new Worker(side, { ...options, workflowDriver }),
      queues,
      name,
      brokerInfo: () => side.brokerInfo(),
    }
  }

  /**
   * Makes a beat of the project's schedule entries; it connects when it is started.
   *
   * @throws TaskqError `TASKQ_SCHEDULE_INVALID` naming all that is wrong with any entry
   */
  async createBeat(onEvent: BeatEventSink): Promise<{ beat: Beat; entries: readonly ScheduleEntry[] }> {
    const [{ Beat }, { planBeat }, { runnableSchedules }, engine, client] = await Promise.all([
      import('../beat/beat.js'),
      import('./beat-request.js'),
      import('./runnable-schedules.js'),
      this.engine(),
      this.client(),
    ])
    const entries = await runnableSchedules(this)
    return { beat: new Beat(engine.openSchedules(), planBeat(entries, engine, client, onEvent)), entries }
  }

  /** The schedule entries of the app, to show and to change. */
  async schedules(): Promise<Schedules> {
    const [{ openSchedules }, engine, client] = await Promise.all([
      import('./open-schedules.js'),
      this.engine(),
      this.client(),
    ])
    return openSchedules(this, engine, client)
  }

  /** What a screen needs: all that goes on, and what can be done about it. Connects when it is first used; close it. */
  async dashboard(): Promise<Dashboard> {
    const [{ AppDashboard }, { createViewer }] = await Promise.all([
      import('./dashboard.js'),
      import('../codec/viewer.js'),
    ])
    const dashboard = new AppDashboard({
      engine: () => this.engine(),
      label: async () => (await this.broker()).redis.label,
      schedules: () => this.schedules(),
      viewer: createViewer(this.config),
    })
    this.#dashboards.push(dashboard)
    return dashboard
  }

  /** Closes the connections. The embedded broker goes by itself when nobody is left. */
  async close(): Promise<void> {
    await Promise.all(this.#dashboards.map((dashboard) => dashboard.close()))
    await this.#disconnect()
  }

  async #disconnect(): Promise<void> {
    const client = await this.#client?.catch(() => undefined)
    const engine = await this.#engine?.catch(() => undefined)
    this.#forget()
    await client?.close()
    await engine?.close()
  }

  async #openEngine(): Promise<Engine> {
    const [{ Engine }, options] = await Promise.all([import('../engine/engine.js'), this.#engineOptions()])
    return new Engine(options)
  }

  async #engineOptions(): Promise<EngineOptions> {
    const { redis, embedded } = await this.broker().catch((error) => {
      this.#forget()
      throw error
    })
    const { prefix, enqueueTimeoutMs: timeoutMs, durability } = this.config
    return {
      broker: redis,
      prefix,
      timeoutMs,
      // For development, and alone.
      ...(!embedded && durability),
      ...(embedded && { onConnectionError: () => this.#reviveEmbedded(embedded) }),
    }
  }

  /**
   * An embedded broker that died is started anew: on the same port, so that connections come back by themselves;
   * where that is not to be had, the next call makes new ones.
   */
  #reviveEmbedded(lost: EmbeddedBroker): void {
    this.#reviving ??= import('./resolve-broker.js')
      .then(({ resolveBroker }) => resolveBroker(this.config, this.sources.env))
      .then(async ({ embedded }) => {
        if (embedded?.url !== lost.url) await this.#disconnect()
      })
      .catch(() => {})
      .finally(() => {
        this.#reviving = undefined
      })
  }

  #forget(): void {
    this.#broker = undefined
    this.#engine = undefined
    this.#client = undefined
  }

  async #openClient(): Promise<Client> {
    const [{ Client }, engine] = await Promise.all([import('../client/client.js'), this.engine()])
    return new Client(engine, this.config, warnOf(this.sources))
  }
}

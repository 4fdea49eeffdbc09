import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TaskqConfig } from '../../../dist/config/taskq-config.js'
import { Ledger } from './ledger.ts'
import { orphansOf } from './orphans.ts'
import { Project } from './project.ts'
import { Random } from './random.ts'
import { RedisServer, type RedisServerOptions } from './redis-server.ts'
import { type Bounds, isMet, type Measure, type Tally } from './row.ts'
import { TcpProxy } from './tcp-proxy.ts'
import type { Program } from './worker-process.ts'

/** Thrown where a row cannot run on this machine. */
export class Skipped extends Error {
  override readonly name = 'Skipped'
}

/** What a row works with. All that it starts is ended with the row, the latest first. */
export class Kit {
  /** A folder of the row's own; removed with it. */
  readonly dir = mkdtempSync(join(tmpdir(), 'taskq-faults-'))
  readonly ledger = new Ledger(join(this.dir, 'ledger'))
  readonly random: Random
  readonly #mark = `${process.pid}-${Math.random().toString(36).slice(2)}`
  readonly #measures: Measure[] = []
  readonly #closers: (() => Promise<unknown> | undefined)[] = []
  readonly #programs: Program[] = []
  #tally: Tally | undefined
  readonly repetitions: number

  /**
   * @param repetitions how often the fault is to happen
   * @param seed decides what `random` gives
   */
  constructor(repetitions: number, seed: number) {
    this.repetitions = repetitions
    this.random = new Random(seed)
  }

  get measures(): readonly Measure[] {
    return this.#measures
  }

  get tallied(): Tally | undefined {
    return this.#tally
  }

  /** Starts a redis-server; kept on disk only with `appendfsync`. */
  async redis(options: RedisServerOptions = {}): Promise<RedisServer> {
    const server = await RedisServer.start(this.dir, options)
    this.onClose(() => server.close())
    return server
  }

  /** Starts a network that can fail, before a server. */
  async proxy({ port }: { readonly port: number }): Promise<TcpProxy> {
    const proxy = await TcpProxy.start(port)
    this.onClose(() => proxy.close())
    return proxy
  }

  /** A user's project on a broker: its URL, or a whole configuration. */
  project(config: TaskqConfig | string): Project {
    return new Project(typeof config === 'string' ? { broker: config } : config, {
      ledgerFile: this.ledger.file,
      env: { ...cleanEnv(), FAULTS_MARK: this.#mark },
      onStarted: (program) => this.own(program),
      onKilled: (pid) => this.ledger.noteKilled(pid),
      onClose: (close) => this.onClose(close),
    })
  }

  /** Takes charge of a program: it is killed with the row where it still runs. */
  own(program: Program): void {
    this.#programs.push(program)
    this.onClose(() => program.kill())
  }

  /** The environment of programs that a row starts itself: what is left of them is found by it. */
  get env(): NodeJS.ProcessEnv {
    return { ...cleanEnv(), FAULTS_MARK: this.#mark }
  }

  /** Notes a number for the report. One that is not as it must be fails the row, which goes on all the same. */
  measure(name: string, value: number, bounds: Bounds): void {
    this.#measures.push({ name, value, ...bounds, met: isMet(value, bounds) })
  }

  /** Notes what became of the jobs: nothing is lost, and no more than `duplicates` ran to their end twice. Default 0. */
  tally({ duplicates = 0 }: { readonly duplicates?: number } = {}): Tally {
    this.#tally = this.ledger.tally()
    this.measure('lost', this.#tally.lost, { exactly: 0 })
    this.measure('duplicates', this.#tally.duplicates, { atMost: duplicates })
    return this.#tally
  }

  /** The row cannot run here. */
  skip(reason: string): never {
    throw new Skipped(reason)
  }

  /** Called when the row is over, the latest first. */
  onClose(close: () => Promise<unknown> | undefined): void {
    this.#closers.unshift(close)
  }

  /** Ends all that was started, and notes what must hold in every row: no process is left, no rejection was unhandled. */
  async close(): Promise<void> {
    for (const close of this.#closers) await Promise.resolve(close()).catch(() => {})
    const orphans = await orphansOf(this.#mark)
    this.measure('processes left behind', orphans.length, { exactly: 0 })
    const unhandled = this.#programs.filter(({ output }) => /UnhandledPromiseRejection|unhandledRejection/.test(output))
    this.measure('programs with an unhandled rejection', unhandled.length, { exactly: 0 })
    rmSync(this.dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 })
  }
}

/** As a user's shell has it: nothing of a test run, no broker of somebody else's. */
function cleanEnv(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([key]) => !/^(?:npm_|VITEST|TASKQ_|REDIS_URL$|NODE_ENV$|NODE_OPTIONS$|CI$|FORCE_COLOR$|TEST$)/.test(key),
  )
  return Object.fromEntries(kept)
}

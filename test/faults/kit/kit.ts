import type { ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TaskqConfig } from '../../../dist/config/taskq-config.js'
import { closed, opened } from './interrupts.ts'
import { accidents, deaths, endedInOrder, jobsAt, mostTroubleLines, type OnPurpose } from './invariants.ts'
import { Ledger } from './ledger.ts'
import { killNow, MARK, marked, orphansOf } from './orphans.ts'
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

/** Whatever takes longer to close is left to itself, and held against the row. */
const CLOSES_MS = 10_000

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
  readonly #servers: RedisServer[] = []
  /** All that was started directly, programs and servers. */
  readonly #children: ChildProcess[] = []
  readonly #onPurpose = new Set<OnPurpose>()
  #isOver = false
  #tally: Tally | undefined
  readonly repetitions: number

  /**
   * @param repetitions how often the fault is to happen
   * @param seed decides what `random` gives
   */
  constructor(repetitions: number, seed: number) {
    this.repetitions = repetitions
    this.random = new Random(seed)
    opened(this)
  }

  get measures(): readonly Measure[] {
    return this.#measures
  }

  get tallied(): Tally | undefined {
    return this.#tally
  }

  /** Starts a redis-server; kept on disk only with `appendfsync`. */
  async redis(options: RedisServerOptions = {}): Promise<RedisServer> {
    this.#mustBeOpen()
    const onStarted = (child: ChildProcess) => this.watch(child)
    const server = await RedisServer.start(this.dir, { env: this.env, onStarted, ...options })
    this.#servers.push(server)
    this.onClose(() => server.close())
    this.#mustBeOpen()
    return server
  }

  /** Starts a network that can fail, before a server. */
  async proxy({ port }: { readonly port: number }): Promise<TcpProxy> {
    this.#mustBeOpen()
    const proxy = await TcpProxy.start(port)
    this.onClose(() => proxy.close())
    return proxy
  }

  /** A user's project on a broker: its URL, or a whole configuration. */
  project(config: TaskqConfig | string): Project {
    this.#mustBeOpen()
    return new Project(typeof config === 'string' ? { broker: config } : config, {
      ledgerFile: this.ledger.file,
      env: this.env,
      onStarted: (program) => this.own(program),
      onKilled: (pid) => this.ledger.noteKilled(pid),
      onClose: (close) => this.onClose(close),
    })
  }

  /** Takes charge of a program: it is killed with the row where it still runs. */
  own(program: Program): void {
    this.#programs.push(program)
    this.watch(program.child)
    this.onClose(() => program.kill())
  }

  /** Has a process end with this one, whatever becomes of the row. */
  watch(child: ChildProcess): void {
    this.#children.push(child)
    if (!this.#isOver) return
    child.kill('SIGKILL')
    this.#mustBeOpen()
  }

  /** What the row does on purpose is not held against it. */
  allow(...things: OnPurpose[]): void {
    for (const thing of things) this.#onPurpose.add(thing)
  }

  /** The environment of programs that a row starts itself: what is left of them is found by it. */
  get env(): NodeJS.ProcessEnv {
    return { ...cleanEnv(), [MARK]: this.#mark }
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

  /** Called when the row is over, the latest first; at once where it is over. */
  onClose(close: () => Promise<unknown> | undefined): void {
    if (this.#isOver) void attempt(close)
    else this.#closers.unshift(close)
  }

  /** Ends all that was started, and measures what must hold in every row. Nothing can be started any more. */
  async close(): Promise<void> {
    if (this.#isOver) return
    this.#isOver = true
    await this.#judgeJobs()
    this.#judgePrograms()
    let stuck = 0
    for (const close of this.#closers) stuck += (await attempt(close)) ? 0 : 1
    if (stuck > 0) this.measure('things that did not close', stuck, { exactly: 0 })
    const orphans = await orphansOf(this.#mark)
    if (orphans !== undefined) this.measure('processes left behind', orphans.length, { exactly: 0 })
    this.#remove()
    closed(this)
  }

  /** Ends all that was started, and waits for nothing: this process ends now. */
  endNow(): void {
    this.#isOver = true
    const isThere = ({ exitCode, signalCode }: ChildProcess) => exitCode === null && signalCode === null
    for (const child of this.#children.filter(isThere)) child.kill('SIGKILL')
    // Each can have started another one meanwhile.
    for (let left = marked(this.#mark) ?? []; left.length > 0; left = marked(this.#mark) ?? []) left.forEach(killNow)
    this.#remove()
  }

  #judgePrograms(): void {
    const programs = this.#programs
    if (programs.length === 0) return
    if (!this.#onPurpose.has('accidents'))
      this.measure('programs with an unhandled rejection', accidents(programs).length, { exactly: 0 })
    if (!this.#onPurpose.has('deaths'))
      this.measure('workers that ended badly', deaths(programs).length, { exactly: 0 })
    if (!this.#onPurpose.has('noise'))
      this.measure('lines of one trouble in a minute', mostTroubleLines(programs), { atMost: 10 })
  }

  async #judgeJobs(): Promise<void> {
    const looks = await Promise.all(this.#servers.map(jobsAt))
    const found = looks.filter((look) => look !== undefined)
    if (found.length === 0) return
    const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0)
    this.measure('jobs in two places', sum(found.map(({ twice }) => twice)), { exactly: 0 })
    if (this.#onPurpose.has('unfinished') || !endedInOrder(this.#programs)) return
    this.measure('jobs active without a worker', sum(found.map(({ active }) => active)), { exactly: 0 })
  }

  #mustBeOpen(): void {
    if (this.#isOver) throw new Error('the row is over')
  }

  #remove(): void {
    rmSync(this.dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 })
  }
}

/** Closes something; false where that takes too long. */
async function attempt(close: () => Promise<unknown> | undefined): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), CLOSES_MS)
  })
  const done = async (): Promise<boolean> => {
    await close()
    return true
  }
  const isDone = await Promise.race([done().catch(() => true), late])
  clearTimeout(timer)
  return isDone
}

/** As a user's shell has it: nothing of a test run, no broker of somebody else's. */
function cleanEnv(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([key]) => !/^(?:npm_|VITEST|TASKQ_|REDIS_URL$|NODE_ENV$|NODE_OPTIONS$|CI$|FORCE_COLOR$|TEST$)/.test(key),
  )
  return Object.fromEntries(kept)
}

import { setTimeout } from 'node:timers/promises'
import type { Project } from '../kit/project.ts'
import type { WorkerProcess } from '../kit/worker-process.ts'
import { JUDGED_FLAGS } from './memory.ts'
import type { SoakLedger } from './soak-ledger.ts'
import { judgeEnd } from './worker-ends.ts'

/** A supervisor waits so long before it starts a worker again. */
const RESTART_MS = 300

/** Several workers, each started again when it has ended: what a process manager does. */
export class Fleet {
  /** Ends that nobody asked for, and stops that did not go well. */
  readonly surprises: string[] = []
  /** Workers that found no broker when they were started, and said so: they are started again as any other. */
  turnedAway = 0
  /** Is never killed: what it holds after hours is to be seen. */
  readonly elder: WorkerProcess
  readonly #project: Project
  readonly #ledger: SoakLedger
  readonly #env: NodeJS.ProcessEnv
  readonly #young: WorkerProcess[]
  /** Those that were told to end, and by what. */
  readonly #told = new Map<WorkerProcess, 'SIGKILL' | 'SIGTERM'>()
  #isOver = false

  constructor(project: Project, size: number, ledger: SoakLedger, env: NodeJS.ProcessEnv) {
    this.#project = project
    this.#ledger = ledger
    this.#env = env
    this.elder = this.#start(JUDGED_FLAGS)
    this.#young = Array.from({ length: size - 1 }, () => this.#start())
    for (const at of this.#young.keys()) void this.#keepUp(at)
    void this.#watch(this.elder)
  }

  /** Those that are there to be killed. */
  get young(): readonly WorkerProcess[] {
    return this.#young.filter((worker) => !this.#told.has(worker))
  }

  get all(): readonly WorkerProcess[] {
    return [this.elder, ...this.young]
  }

  kill(worker: WorkerProcess): void {
    this.#told.set(worker, 'SIGKILL')
    worker.signal('SIGKILL')
  }

  stop(worker: WorkerProcess): void {
    // A second signal would ask for another kind of end.
    if (this.#told.has(worker)) return
    this.#told.set(worker, 'SIGTERM')
    worker.signal('SIGTERM')
  }

  /** Stops all in order. */
  async close(): Promise<void> {
    this.#isOver = true
    const all = [this.elder, ...this.#young]
    for (const worker of all) this.stop(worker)
    await Promise.all(all.map(({ exited }) => exited))
  }

  async #keepUp(at: number): Promise<void> {
    for (;;) {
      await this.#watch(this.#young[at] as WorkerProcess)
      if (this.#isOver) return
      await setTimeout(RESTART_MS)
      if (this.#isOver) return
      this.#young[at] = this.#start()
    }
  }

  async #watch(worker: WorkerProcess): Promise<void> {
    const { code, signal } = await worker.exited
    this.#ledger.noteGone(worker.pid)
    const told = this.#told.get(worker)
    const hasRun = this.#ledger.hasRunIn(worker.pid)
    const isElder = worker === this.elder
    const verdict = judgeEnd({ code, signal, hasRun, isElder, lines: worker.lines, ...(told && { told }) })
    if (verdict === 'turned away') this.turnedAway++
    if (verdict !== 'surprise') return
    const who = `${isElder ? 'the worker that is never killed' : 'worker'} ${worker.pid}`
    const why = told === undefined ? '' : ` after ${told}`
    this.surprises.push(`${who} ended with ${code ?? signal}${why}:\n${worker.lines.slice(-10).join('\n')}`)
  }

  #start(nodeFlags: readonly string[] = []): WorkerProcess {
    return this.#project.worker(['--concurrency', '10'], { env: this.#env, nodeFlags })
  }
}

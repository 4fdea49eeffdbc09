import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'

/** How a process ended. */
export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  /** How long it lived, in milliseconds. */
  readonly ms: number
}

/** What a program wrote last comes through its pipes a little after its end. */
const LAST_WORDS_MS = 500

/** A program of the row, with its lines as they come. */
export class Program {
  /** All it printed, on both channels. */
  readonly lines: string[] = []
  /** When each line came, in milliseconds of this process. */
  readonly times: number[] = []
  /** What it was told to end by. */
  readonly signals: NodeJS.Signals[] = []
  /** Resolves when it is gone; its children may live on, and hold its pipes. */
  readonly exited: Promise<Exit>
  readonly child: ChildProcess
  readonly #onKilled: (pid: number) => void
  readonly #waiting = new Set<() => void>()
  #exit: Exit | undefined
  #endedAt = Number.POSITIVE_INFINITY

  constructor(child: ChildProcess, onKilled: (pid: number) => void) {
    this.child = child
    this.#onKilled = onKilled
    const startedAt = performance.now()
    for (const stream of [child.stdout, child.stderr]) {
      if (stream === null) continue
      createInterface({ input: stream }).on('line', (line) => {
        this.lines.push(line)
        this.times.push(performance.now())
        for (const look of this.#waiting) look()
      })
    }
    this.exited = this.#watch(startedAt)
  }

  get pid(): number {
    return this.child.pid ?? 0
  }

  get output(): string {
    return this.lines.join('\n')
  }

  /** Undefined while it runs. */
  get exit(): Exit | undefined {
    return this.#exit
  }

  /** When it ended, in milliseconds of this process. */
  get endedAt(): number {
    return this.#endedAt
  }

  /** Resolves with the first line that fits, also one that came before; throws when the program ends without it. */
  async line(fits: RegExp, timeoutMs = 30_000): Promise<string> {
    return new Promise((resolve, reject) => {
      const finish = (settle: () => void): void => {
        clearTimeout(timer)
        this.#waiting.delete(look)
        settle()
      }
      const look = (): void => {
        const found = this.lines.find((line) => fits.test(line))
        if (found !== undefined) finish(() => resolve(found))
        else if (this.#exit !== undefined) finish(() => reject(this.#without(fits, `ended with ${this.#exit?.code}`)))
      }
      const timer = setTimeout(() => finish(() => reject(this.#without(fits, 'is silent'))), timeoutMs)
      this.#waiting.add(look)
      look()
    })
  }

  signal(signal: NodeJS.Signals): void {
    if (signal !== 'SIGSTOP' && signal !== 'SIGCONT') this.signals.push(signal)
    this.child.kill(signal)
  }

  /** Kills it (SIGKILL), and resolves when it is gone. */
  async kill(): Promise<void> {
    if (this.#exit !== undefined) return
    this.#onKilled(this.pid)
    this.signal('SIGKILL')
    await this.exited
  }

  /** Asks it to stop (SIGTERM), and resolves when it is gone. */
  async stop(): Promise<Exit> {
    this.signal('SIGTERM')
    return this.exited
  }

  async #watch(startedAt: number): Promise<Exit> {
    const { child } = this
    const closed = once(child, 'close')
    const [code, signal] = await once(child, 'exit')
    this.#endedAt = performance.now()
    const late = new AbortController()
    await Promise.race([closed, sleep(LAST_WORDS_MS, undefined, { signal: late.signal }).catch(() => {})])
    late.abort()
    // A child that outlives it holds them open.
    child.stdout?.destroy()
    child.stderr?.destroy()
    this.#exit = { code, signal, ms: this.#endedAt - startedAt }
    for (const look of this.#waiting) look()
    return this.#exit
  }

  #without(fits: RegExp, what: string): Error {
    return new Error(
      `the program ${what} without a line like ${fits}; its last words:\n${this.lines.slice(-15).join('\n')}`,
    )
  }
}

/** `taskq worker`. */
export class WorkerProcess extends Program {
  /** Resolves when it works. */
  async ready(timeoutMs = 30_000): Promise<this> {
    await this.line(/ is ready/, timeoutMs)
    return this
  }
}

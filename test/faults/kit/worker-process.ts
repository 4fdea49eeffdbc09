import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

/** How a process ended. */
export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  /** How long it lived, in milliseconds. */
  readonly ms: number
}

/** A program of the row, with its lines as they come. */
export class Program {
  /** All it printed, on both channels. */
  readonly lines: string[] = []
  readonly exited: Promise<Exit>
  readonly child: ChildProcess
  readonly #onKilled: (pid: number) => void
  readonly #waiting = new Set<() => void>()
  #exit: Exit | undefined

  constructor(child: ChildProcess, onKilled: (pid: number) => void) {
    this.child = child
    this.#onKilled = onKilled
    const startedAt = performance.now()
    for (const stream of [child.stdout, child.stderr]) {
      if (stream === null) continue
      createInterface({ input: stream }).on('line', (line) => {
        this.lines.push(line)
        for (const look of this.#waiting) look()
      })
    }
    this.exited = once(child, 'close').then(([code, signal]) => {
      this.#exit = { code, signal, ms: performance.now() - startedAt }
      for (const look of this.#waiting) look()
      return this.#exit
    })
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
    this.child.kill(signal)
  }

  /** Kills it (SIGKILL), and resolves when it is gone. */
  async kill(): Promise<void> {
    if (this.#exit !== undefined) return
    this.#onKilled(this.pid)
    this.child.kill('SIGKILL')
    await this.exited
  }

  /** Asks it to stop (SIGTERM), and resolves when it is gone. */
  async stop(): Promise<Exit> {
    this.child.kill('SIGTERM')
    return this.exited
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

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'

/** A program in a pseudo-terminal, made by util-linux's `script`. */
export class Pty {
  #seen = 0
  #text = ''
  readonly #onOutput = new Set<() => void>()

  readonly #child: ChildProcess

  private constructor(child: ChildProcess) {
    this.#child = child
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.#seen += text.length
      this.#text = (this.#text + text).slice(-500_000)
      for (const notice of this.#onOutput) notice()
    })
  }

  static open(
    command: string,
    { columns, rows, cwd, env }: { columns: number; rows: number; cwd: string; env: NodeJS.ProcessEnv },
  ): Pty {
    const sized = `stty cols ${columns} rows ${rows}; exec ${command}`
    const child = spawn('script', ['-qefc', sized, '/dev/null'], {
      cwd,
      env: { ...env, TERM: 'xterm-256color' },
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    return new Pty(child)
  }

  /** Presses a key; resolves with the milliseconds until something was drawn. */
  async press(key: string, timeoutMs = 2000): Promise<number> {
    const startedAt = performance.now()
    const drawn = this.#next(timeoutMs, () => true)
    this.#child.stdin?.write(key)
    await drawn
    return performance.now() - startedAt
  }

  /** Resolves when this has been drawn. */
  async drew(text: string, timeoutMs = 15_000): Promise<void> {
    if (this.#text.includes(text)) return
    await this.#next(timeoutMs, () => this.#text.includes(text))
  }

  /** Forgets what was drawn so far. */
  forget(): void {
    this.#text = ''
  }

  /** Characters that the program has written so far. */
  get written(): number {
    return this.#seen
  }

  /** The program's process, below `script`. */
  get pid(): number {
    return newestChildOf(this.#child.pid ?? 0)
  }

  async close(): Promise<void> {
    const ended = this.#child.exitCode === null ? once(this.#child, 'exit') : undefined
    this.#child.kill('SIGTERM')
    await ended
  }

  #next(timeoutMs: number, isIt: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const finish = (error?: Error) => {
        clearTimeout(timer)
        this.#onOutput.delete(look)
        if (error) reject(error)
        else resolve()
      }
      const look = () => isIt() && finish()
      const timer = setTimeout(() => finish(new Error(`nothing was drawn in ${timeoutMs} ms`)), timeoutMs)
      this.#onOutput.add(look)
    })
  }
}

/** The last of a chain of only children. */
function newestChildOf(pid: number): number {
  const children = readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
  )
  const [child] = children
  return child === undefined ? pid : newestChildOf(child)
}

/** CPU time of a process so far, in milliseconds: user and system, all threads. */
export function cpuTimeOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  // Clock ticks of 10 ms: fields 14 and 15 of the whole line.
  return (Number(fields[11]) + Number(fields[12])) * 10
}

/** The resident set of a process, in MB of 1,000,000 bytes. */
export function rssOf(pid: number): number {
  const kilobytes = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return (Number(kilobytes) * 1024) / 1e6
}

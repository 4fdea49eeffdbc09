import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import { type ProgramRun, runProgram, userEnv } from '../support/run-program.js'
import { tempProject } from '../support/temp-project.js'

export const ROOT = fileURLToPath(new URL('../..', import.meta.url))
export const CLI = join(ROOT, 'bin/run.js')

/** What must not reach a terminal from outside: control characters but line breaks, and bidirectional marks. */
export const UNSAFE = /[^\P{Cc}\n]|\p{Bidi_Control}/u

/** Tasks that the tests of the command line run. */
export const TASKS = `
import { BaseTask, Task, defineTask } from 'taskq'

@Task({ queue: 'maths', retries: 2, rateLimit: '1000/s' })
export class Add extends BaseTask {
  async run(a: number, b: number) {
    this.log.info({ a, b }, 'adding')
    return a + b
  }
}
export const boom = defineTask({ name: 'boom' }, async () => {
  throw new Error('bad \\u001b[31mred\\u0007')
})
export const hold = defineTask({ name: 'hold' }, async (ctx, ms: number) => {
  ctx.log.info('holding')
  await new Promise((resolve) => setTimeout(resolve, ms))
  return 'held'
})
`

/** A program that runs, and what it has printed so far. */
export interface RunningProgram {
  readonly child: ChildProcess
  readonly output: () => string
  /** Resolves when this has been printed. */
  printed(text: string, timeoutMs?: number): Promise<void>
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>
}

/** A project folder with taskq installed, on a broker of the test's choice with keys of its own. */
export class CliProject {
  readonly root = tempProject('cli-')
  readonly env: NodeJS.ProcessEnv

  constructor(url?: string) {
    this.env = userEnv({
      TASKQ_PREFIX: `cli-${randomUUID().slice(0, 8)}`,
      ...(url !== undefined && { REDIS_URL: url }),
    })
    this.write('package.json', JSON.stringify({ name: 'shop', type: 'module' }))
    mkdirSync(join(this.root, 'node_modules'))
    symlinkSync(ROOT, join(this.root, 'node_modules/taskq'), 'junction')
  }

  write(path: string, text: string): this {
    const file = join(this.root, path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
    return this
  }

  /** Runs `taskq` to its end. */
  run(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<ProgramRun> {
    return runProgram(process.execPath, [CLI, ...args], { cwd: this.root, env: { ...this.env, ...env } })
  }

  /** Runs `taskq … --json`; its exit code must be `code`. */
  async json<T>(args: readonly string[], code = 0): Promise<T> {
    const run = await this.run([...args, '--json'])
    if (run.code !== code) throw new Error(`exit ${run.code}\n${run.stdout}${run.stderr}`)
    return JSON.parse(run.stdout) as T
  }

  /** Starts `taskq`; it is killed when the test ends. */
  start(args: readonly string[], env: NodeJS.ProcessEnv = {}): RunningProgram {
    const child = spawn(process.execPath, [CLI, ...args], {
      cwd: this.root,
      env: { ...this.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    return follow(child)
  }
}

function follow(child: ChildProcess): RunningProgram {
  let output = ''
  const ended = once(child, 'close').then(([code, signal]) => ({ code, signal }))
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text
      child.emit('text')
    })
  }
  const printed = (text: string, timeoutMs = 15_000) =>
    new Promise<void>((resolve, reject) => {
      const fail = (why: string) => reject(new Error(`${why} without ${JSON.stringify(text)}:\n${output}`))
      const timer = setTimeout(() => fail('time is up'), timeoutMs)
      const look = () => {
        if (!output.includes(text)) return
        clearTimeout(timer)
        child.off('text', look)
        resolve()
      }
      child.on('text', look)
      void ended.then(() => setImmediate(() => fail('it ended')))
      look()
    })
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await ended
  })
  return { child, output: () => output, printed, ended }
}

import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { promisify } from 'node:util'

/** A running `taskq worker`. */
export interface WorkerProcess {
  /** Rejects when the worker ends before it is told to. Never resolves. */
  readonly lost: Promise<never>
  /** Tells it to stop, and waits until it has finished what it runs. */
  stop(): Promise<void>
}

/** What the demo reads of `taskq status --json`. */
interface Status {
  readonly broker: { readonly label: string }
  readonly workers: readonly { readonly name: string; readonly pid: number }[]
}

const TASKQ = 'bin/run.js'
const LINES_KEPT = 20

/** Asks which broker is used, and who works on it. Starts the embedded broker where none is configured. */
export async function readStatus(cwd: string, config: string): Promise<Status> {
  const asked = promisify(execFile)(process.execPath, [TASKQ, 'status', '--json', '--config', config], { cwd })
  return JSON.parse((await asked).stdout) as Status
}

/** Starts `taskq worker` in this folder, with this configuration, and waits for its banner. */
export async function startWorker(cwd: string, config: string, smtpUrl: string): Promise<WorkerProcess> {
  const args = [TASKQ, 'worker', '--config', config, '--log-level', 'warn', '--log-format', 'pretty']
  const env = { ...process.env, SMTP_URL: smtpUrl }
  // By the channel the worker notices when this process is gone, and ends too.
  const child = spawn(process.execPath, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] })
  const ended = once(child, 'close')
  const last: string[] = []
  let stopping = false
  const lost = ended.then(([code, signal]) => {
    if (stopping) return new Promise<never>(() => {})
    throw new Error(`the worker ended with ${code ?? signal}:\n${last.join('\n')}`)
  })
  // Nobody may be waiting for it yet when that happens.
  lost.catch(() => {})
  const ready = new Promise<void>((resolve) => {
    const read = (line: string) => {
      last.push(line)
      if (last.length > LINES_KEPT) last.shift()
      if (line === '[tasks]') resolve()
    }
    createInterface(child.stdout as Readable).on('line', read)
    createInterface(child.stderr as Readable).on('line', read)
  })
  await Promise.race([ready, lost])
  return {
    lost,
    async stop() {
      stopping = true
      child.kill('SIGTERM')
      await ended
    },
  }
}

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** How long running jobs may go on when the worker is to start anew, and how long it has to end after that. */
const GRACE_MS = 3000

/** A worker in a process of its own. */
export interface WorkerChild {
  /** Its exit code, or the signal that ended it. */
  readonly ended: Promise<number | string>
  /** Ends it: jobs that do not finish soon go back to their queue. Resolves when the process is gone. */
  stop(): Promise<void>
}

/** Starts `taskq worker`. It notices by its channel when this process is gone, and ends too. */
export function startWorkerChild(args: readonly string[], cwd: string, env: NodeJS.ProcessEnv): WorkerChild {
  const program = fileURLToPath(new URL('../../bin/run.js', import.meta.url))
  const child = spawn(process.execPath, [program, 'worker', ...args], {
    cwd,
    env,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const ended = once(child, 'exit').then(
    ([code, signal]) => (code ?? signal) as number | string,
    (error: Error) => error.message,
  )
  return { ended, stop: () => stopInSteps(child, ended) }
}

/** Asks by the channel and not by signals: those do not exist on Windows, and a terminal sends its own as well. */
async function stopInSteps(child: ChildProcess, ended: Promise<unknown>): Promise<void> {
  const ask = (stop: number): void => {
    if (child.connected) child.send({ stop }, () => {})
  }
  const timers = [setTimeout(() => ask(2), GRACE_MS), setTimeout(() => child.kill('SIGKILL'), 2 * GRACE_MS)]
  ask(1)
  await ended
  timers.forEach(clearTimeout)
}

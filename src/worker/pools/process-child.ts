import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { ChildLink, StartChild } from './child-link.js'
import { marked, passOn } from './messages.js'

/** A child that has closed its channel has so long to end. */
const HANGUP_MS = 1000

/**
 * Starts a child process. It leads a process group of its own: a Ctrl-C in the terminal is the worker's to answer, and
 * what its tasks have started ends with it. Its fifth channel carries nothing: its end tells the child that the worker
 * is gone, however that ended (see watchdog.ts).
 */
export const startProcess: StartChild = (entry, { onMessage, onEnd }, env = process.env): ChildLink => {
  const child = fork(fileURLToPath(entry), [], {
    env,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc', 'pipe'],
    // Keeps what JSON would change.
    serialization: 'advanced',
    detached: process.platform !== 'win32',
    execArgv: process.execArgv.filter((flag) => !flag.startsWith('--inspect')),
  })
  const kill = () => killGroup(child)
  const end = (how: string) => {
    if (!running.delete(kill)) return
    // What its tasks had started goes with it.
    kill()
    onEnd(how)
  }
  killAtExit(kill)
  child.on('message', (raw) => passOn(raw, onMessage))
  let hungUp: string | undefined
  child.on('disconnect', () => {
    // One that ends closes it, too. One that goes on is out of reach: nobody would hear what it comes to.
    const ending = setTimeout(() => {
      hungUp = 'it had closed its channel to the worker'
      kill()
    }, HANGUP_MS)
    child.once('exit', () => clearTimeout(ending))
  })
  child.on('exit', (code, signal) => end(hungUp ?? endOf(code, signal)))
  child.on('error', (error) => {
    if (child.pid === undefined) end(error.message)
  })
  const lifeline = child.stdio[4]
  lifeline?.on('error', () => {})
  return { label: `process ${child.pid}`, kill, send: (message) => void child.send(marked(message), () => {}) }
}

/** Who runs out of memory cannot say so: V8 aborts at the limit of its heap, and the system kills whoever takes its last. */
function endOf(code: number | null, signal: NodeJS.Signals | null): string {
  if (signal === null)
    return code === 134 ? 'exit code 134, likely out of memory (the limit of its heap)' : `exit code ${code}`
  if (signal === 'SIGABRT') return 'signal SIGABRT, likely out of memory (the limit of its heap)'
  if (signal === 'SIGKILL') return 'signal SIGKILL; where nobody sent it, the system was out of memory'
  return `signal ${signal}`
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return
  try {
    if (process.platform === 'win32') child.kill('SIGKILL')
    else process.kill(-child.pid, 'SIGKILL')
  } catch {
    // It has ended, and all that it had started.
  }
}

/** How to end the children that live. */
const running = new Set<() => void>()

/** Where this process ends without ending its children one by one, they end with it. */
function killAtExit(kill: () => void): void {
  if (running.size === 0) {
    process.off('exit', killAll)
    process.on('exit', killAll)
  }
  running.add(kill)
}

function killAll(): void {
  for (const kill of running) kill()
}

import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { endProcess } from './redis-server.ts'
import type { ChildTask, Measures } from './scenario.ts'

const CHILD = fileURLToPath(new URL('../child.ts', import.meta.url))
const PATIENCE_MS = 120_000

/** What a child process says. */
export type Message = { readonly kind: 'ready' } | { readonly kind: 'measured'; readonly measures: Measures }

/**
 * Runs one side of one round in a process of its own, so that neither inherits the other's heap and
 * compiled code.
 *
 * @param load is called when the child is ready for it
 */
export async function runChild(task: ChildTask, load?: () => Promise<void>): Promise<Measures> {
  const { TASKQ_BROKER: _broker, REDIS_URL: _url, ...env } = process.env
  const execArgv = (process.env.TASKQ_BENCH_NODE_ARGS ?? '').split(' ').filter(Boolean)
  const child = fork(CHILD, [JSON.stringify(task)], { env, execArgv, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  try {
    return await listen(child, task, load)
  } finally {
    await leave(child)
  }
}

function listen(child: ChildProcess, task: ChildTask, load?: () => Promise<void>): Promise<Measures> {
  const what = `${task.scenario} (${task.side})`
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`${what} did not end within ${PATIENCE_MS} ms`)), PATIENCE_MS)
    child.once('error', reject)
    child.once('exit', (code) => {
      clearTimeout(late)
      reject(new Error(`${what} ended early, with exit code ${code}`))
    })
    child.on('message', (message: Message) => {
      if (message.kind === 'ready') load?.().catch(reject)
      else {
        clearTimeout(late)
        resolve(message.measures)
      }
    })
  })
}

/** A child that has told its measures closes by itself; one that does not is ended. */
async function leave(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = new Promise<true>((resolve) => child.once('exit', () => resolve(true)))
  const { promise: late, resolve } = Promise.withResolvers<false>()
  const timer = setTimeout(() => resolve(false), 3000)
  if (!(await Promise.race([gone, late]))) await endProcess(child)
  clearTimeout(timer)
}

import { once } from 'node:events'
import { inspect } from 'node:util'
import { isMainThread, parentPort, Worker } from 'node:worker_threads'
import { safeLines } from '../../codec/safe-text.js'
import { describeFailure } from '../../errors/job-failure.js'
import { type FromChild, marked, readMarked, type ToChild } from './messages.js'

/** A child's way to its worker. */
export interface ParentPort {
  /** @throws where the message cannot be sent as it is */
  send(message: FromChild): void
  onMessage(listener: (message: ToChild) => void): void
}

/** Opens the way to the worker that made this process or thread. From then on a process ends when its worker does. */
export async function openParentPort(): Promise<ParentPort> {
  if (!isMainThread && parentPort !== null) return threadPort(parentPort)
  await startWatchdog()
  tellAccidents()
  leaveSignalsToWorker()
  return {
    send: (message) => void process.send?.(marked(message), undefined, undefined, () => {}),
    onMessage: (listener) =>
      process.on('message', (raw) => {
        const message = readMarked(raw)
        if (message !== undefined) listener(message)
      }),
  }
}

const threadPort = (port: NonNullable<typeof parentPort>): ParentPort => ({
  send: (message) => port.postMessage(marked(message)),
  onMessage: (listener) =>
    port.on('message', (raw) => {
      const message = readMarked(raw)
      if (message !== undefined) listener(message)
    }),
})

async function startWatchdog(): Promise<void> {
  const thread = new Worker(new URL('./watchdog.js', import.meta.url), {
    resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2 },
  })
  await once(thread, 'online')
  // Without it the process could outlive its worker.
  thread.on('exit', () => process.kill(process.pid, 'SIGKILL'))
  thread.unref()
}

/** A supervisor may tell every process of a service to end; it is the worker that lets jobs finish, and ends its children. */
function leaveSignalsToWorker(): void {
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => {})
}

/** The worker is to know what ended this process; of a thread it hears by itself. */
function tellAccidents(): void {
  process.on('uncaughtException', (error) => {
    // A job's data may stand in its message.
    process.stderr.write(`${safeLines(inspect(error))}\n`)
    const accident: FromChild = { kind: 'accident', failure: describeFailure(error) }
    const exit = () => process.exit(1)
    setTimeout(exit, 1000)
    if (process.send === undefined) exit()
    else process.send(marked(accident), undefined, undefined, exit)
  })
}

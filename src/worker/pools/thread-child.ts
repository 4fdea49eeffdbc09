import { Worker } from 'node:worker_threads'
import type { ChildLink, StartChild } from './child-link.js'
import { type FromChild, marked, readMarked } from './messages.js'

/** Starts a worker thread. It ends with this process by itself. */
export const startThread: StartChild = (entry, { onMessage, onEnd }): ChildLink => {
  const thread = new Worker(entry)
  let accident: Error | undefined
  thread.on('message', (raw) => {
    const message = readMarked<FromChild>(raw)
    if (message !== undefined) onMessage(message)
  })
  thread.on('error', (error) => {
    accident = error as Error
  })
  thread.on('exit', (code) => onEnd(accident === undefined ? `exit code ${code}` : endOf(accident)))
  return {
    label: `thread ${thread.threadId}`,
    kill: () => void thread.terminate(),
    send: (message) => thread.postMessage(marked(message)),
  }
}

const endOf = (error: Error): string => `${error.name}: ${error.message}`

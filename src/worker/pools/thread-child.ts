import { Worker } from 'node:worker_threads'
import type { ChildLink, StartChild } from './child-link.js'
import { marked, passOn } from './messages.js'

/** A thread that was told to end, and is in native code, is waited for so long. It ends with that code. */
const LET_GO_MS = 1000

/** Starts a worker thread. It ends with this process by itself. */
export const startThread: StartChild = (entry, { onMessage, onEnd }, env = process.env): ChildLink => {
  const thread = new Worker(entry, { env })
  let accident: Error | undefined
  let letGo: NodeJS.Timeout | undefined
  let hasEnded = false
  const end = (how: string) => {
    clearTimeout(letGo)
    if (hasEnded) return
    hasEnded = true
    onEnd(how)
  }
  const kill = () => {
    void thread.terminate()
    letGo ??= setTimeout(() => end('it was told to end, and is in native code'), LET_GO_MS)
  }
  thread.on('message', (raw) => passOn(raw, onMessage))
  thread.on('error', (error) => {
    accident = error as Error
  })
  thread.on('exit', (code) => end(accident === undefined ? `exit code ${code}` : endOf(accident)))
  return {
    label: `thread ${thread.threadId}`,
    kill,
    send: (message) => thread.postMessage(marked(message)),
  }
}

const endOf = (error: Error): string => `${error.name}: ${error.message}`

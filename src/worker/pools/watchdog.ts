import { Socket } from 'node:net'

// A thread of a child process: it ends the process, with all that it has started, when the worker that made it is gone.
// The child's own thread could not: a task may keep it busy for ever. The channel ends with the worker, however that
// ends; nothing is asked and nothing is waited for.
const LIFELINE = 4

const lifeline = new Socket({ fd: LIFELINE, readable: true, writable: false })
lifeline.on('error', () => {})
lifeline.on('close', endAll)
lifeline.resume()

function endAll(): void {
  try {
    process.kill(process.platform === 'win32' ? process.pid : -process.pid, 'SIGKILL')
  } catch {
    process.kill(process.pid, 'SIGKILL')
  }
}

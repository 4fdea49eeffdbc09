import type { REPLServer } from 'node:repl'

/** A history that has not been written by then is given up: nobody waits longer at an `.exit`. */
const PATIENCE_MS = 1000

/**
 * Keeps what is typed in a file. Node waits without end for a file that cannot be written, as on a full disk, before the
 * first line and when it is left: this does not, and tells it once.
 */
export function keepHistory(server: REPLServer, file: string, tell: (text: string) => void, patienceMs = PATIENCE_MS) {
  let isTold = false
  const giveUp = (): void => {
    if (!isTold) tell(`the history could not be written to ${file}`)
    isTold = true
  }
  const opening = setTimeout(() => {
    giveUp()
    server.resume()
  }, patienceMs)
  server.setupHistory(file, () => clearTimeout(opening))
  const close = server.close.bind(server)
  server.close = () => {
    const leaving = setTimeout(() => {
      giveUp()
      // What Node waits for.
      server.emit('flushHistory')
    }, patienceMs)
    server.once('exit', () => clearTimeout(leaving))
    close()
  }
  server.once('exit', () => clearTimeout(opening))
}

import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

type Collect = (options: { type: 'major'; flavor: 'last-resort' }) => void

/** Long enough after the start for the first jobs of a backlog to have shown themselves. */
const AFTER_MS = 1000

/**
 * Gives back, once, the memory that only the start needed: code that ran once, and a heap that grew for it.
 * Node would keep it for the whole life of a worker or a dashboard, which mostly wait (measured: a worker 109 MB before,
 * 88 MB after). It takes some 40 ms, so it waits for a moment without jobs.
 *
 * @param isIdle whether the process does nothing right now
 * @returns stops waiting for that moment
 */
export function releaseStartMemory(isIdle: () => boolean): () => void {
  const timer = setInterval(() => {
    if (!isIdle()) return
    clearInterval(timer)
    collect()
  }, AFTER_MS)
  timer.unref()
  return () => clearInterval(timer)
}

/** The collector can be asked for by this flag alone; it is set for the one moment in which it is fetched. */
function collect(): void {
  try {
    setFlagsFromString('--expose-gc')
    const gc = runInNewContext('gc') as Collect
    setFlagsFromString('--no-expose-gc')
    gc({ type: 'major', flavor: 'last-resort' })
  } catch {
    // Another JavaScript engine, or a Node without the flag: then the memory stays.
  }
}

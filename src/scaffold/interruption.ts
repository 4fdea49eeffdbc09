import { rmSync } from 'node:fs'

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** Removes a temporary folder when a signal comes, then lets the signal end the process. */
export function removeOnSignal(folder: string): { release(): void } {
  const onSignal = (signal: NodeJS.Signals) => {
    release()
    rmSync(folder, { recursive: true, force: true })
    process.kill(process.pid, signal)
  }
  const release = () => {
    for (const signal of SIGNALS) process.off(signal, onSignal)
  }
  for (const signal of SIGNALS) process.on(signal, onSignal)
  return { release }
}

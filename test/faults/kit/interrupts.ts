import { constants } from 'node:os'

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** Those that end with this process: the open kits. */
const open = new Set<{ endNow(): void }>()

/** From now on it is ended with this process, where `endWithProcess` was called. */
export function opened(kit: { endNow(): void }): void {
  open.add(kit)
}

/** It has ended by itself. */
export function closed(kit: { endNow(): void }): void {
  open.delete(kit)
}

/**
 * For a program that runs rows: however it ends (a signal, an error that nobody caught, its own end), all that its kits
 * have started ends with it at once, also what is held still, and their folders go.
 */
export function endWithProcess(): void {
  process.on('exit', () => {
    for (const kit of open) kit.endNow()
  })
  for (const signal of SIGNALS) process.once(signal, () => process.exit(128 + constants.signals[signal]))
}

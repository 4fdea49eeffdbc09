import { setTimeout } from 'node:timers/promises'
import { LEASE_MS } from '../../engine/workflows/begin-script.js'

/** Nobody else makes jobs of what was handed out before its time is over. Until shortly before it is tried again. */
const TRIED_MS = LEASE_MS - 1000

/** Does what may work when it is done again, after these waits, as long as it is nobody else's to do. */
export async function tryPatiently(
  work: () => Promise<void>,
  waits: readonly number[],
  mayPass: (error: unknown) => boolean,
): Promise<void> {
  const deadline = performance.now() + TRIED_MS
  for (const wait of waits) {
    try {
      return await work()
    } catch (error) {
      if (!mayPass(error) || performance.now() + wait > deadline) throw error
      await setTimeout(wait)
    }
  }
  return work()
}

import { setTimeout } from 'node:timers/promises'
import { LEASE_MS } from '../../engine/workflows/begin-script.js'
import { isTaskqError } from '../../errors/taskq-error.js'

/** How long it is waited before each further try; none begins later than `forMs` after the first. */
export interface Patience {
  readonly waits: readonly number[]
  readonly forMs?: number
}

/** Nobody else makes jobs of what was handed out before its time is over. Until shortly before it is tried again. */
const TRIED_MS = LEASE_MS - 1000
/** A run makes the same workflow however often it is asked to: a broker's restart need not cost the job. */
const OF_RUN: Patience = { waits: [1000, 2000, 4000, 8000], forMs: 30_000 }

/** Does what may work when it is done again, where the broker is the trouble. */
export async function tryPatiently<T>(
  work: () => Promise<T>,
  { waits, forMs = TRIED_MS }: Patience = OF_RUN,
): Promise<T> {
  const deadline = performance.now() + forMs
  for (const wait of waits) {
    try {
      return await work()
    } catch (error) {
      if (!isOfBroker(error) || performance.now() + wait > deadline) throw error
      await setTimeout(wait)
    }
  }
  return work()
}

/** Whether an error says nothing of the job: then it is tried again. What a broker refuses for ever is the job's end. */
export function isOfBroker(error: unknown): boolean {
  if (!isTaskqError(error)) return false
  if (error.code === 'TASKQ_ENQUEUE_REFUSED') return /\b(OOM|BUSY|MISCONF|NOREPLICAS)\b/.test(error.message)
  return /^TASKQ_(BROKER_|ENQUEUE_(NOT_SENT|UNKNOWN))/.test(error.code)
}

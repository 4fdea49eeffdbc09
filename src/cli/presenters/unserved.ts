import { safeText } from '../../codec/safe-text.js'
import { lacksWorker, type QueueStatus } from '../../control/list-queues.js'

const MOST_NAMED = 5

/** That nobody works on queues that hold jobs: one line, however many they are; none where there are none. */
export function presentUnserved(queues: readonly QueueStatus[]): readonly string[] {
  const unserved = queues.filter(lacksWorker)
  if (unserved.length === 0) return []
  const named = unserved.slice(0, MOST_NAMED).map(({ queue }) => safeText(queue, 120))
  const more = unserved.length - named.length
  return [`! No worker serves ${named.join(', ')}${more > 0 ? ` and ${more} more` : ''}.`]
}

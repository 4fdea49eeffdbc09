import { safeText } from '../../codec/safe-text.js'
import type { QueueStatus } from '../../control/list-queues.js'

/** How many jobs of which queues wait for the end of another: lines below the table, which is as wide as a terminal may be. */
export const presentBlocked = (queues: readonly QueueStatus[]): readonly string[] =>
  queues
    .filter(({ blocked }) => blocked > 0)
    .map(({ queue, blocked }) => `${safeText(queue, 120)}: ${tell(blocked)} for the end of another (blocked).`)

const tell = (count: number): string => (count === 1 ? '1 job waits' : `${count} jobs wait`)

import type { QueueStatus } from '../../control/list-queues.js'
import { formatDuration } from '../../time/duration.js'

/** The heads of {@link queueCells}. */
export const QUEUE_HEADS: readonly string[] = Object.freeze([
  'queue',
  'queued',
  'scheduled',
  'retrying',
  'active',
  'done',
  'dead',
  'oldest',
])

/** What a queue holds, as every table of queues begins; `none` stands where no job waits. */
export const queueCells = (queue: QueueStatus, at: number, none: string): (string | number)[] => [
  queue.queue,
  queue.queued,
  queue.scheduled,
  queue.retrying,
  queue.active,
  queue.succeeded,
  queue.dead,
  queue.oldestQueuedAt === undefined ? none : formatDuration(Math.max(0, at - queue.oldestQueuedAt)),
]

export const pauseMark = ({ paused }: QueueStatus): string => (paused ? 'paused' : '')

import { createRedisBackend, type RedisQueueBackend } from 'bullmq'
import type { Connection } from './connection.js'

/** What BullMQ's scripts are told of the worker that calls them. */
export interface BackendOptions {
  /** A name for the job's `processedBy`. */
  readonly name?: string
  /** How long a job belongs to a worker that gives no sign of life. */
  readonly lockDuration?: number
  /** How often jobs without a lock are looked for. */
  readonly stalledInterval?: number
  readonly maxStalledCount?: number
}

/**
 * BullMQ's operations on one queue, over our connection. With `blocking`, a second connection of its own
 * waits for jobs.
 */
export function createBackend(
  queue: string,
  connection: Connection,
  prefix: string,
  { blocking = false, ...worker }: BackendOptions & { blocking?: boolean } = {},
): RedisQueueBackend {
  const options = { connection, prefix, skipWaitingForReady: true, skipVersionCheck: true, ...worker }
  const backend = createRedisBackend(queue, options as never, { withBlockingConnection: blocking })
  return backend as RedisQueueBackend
}

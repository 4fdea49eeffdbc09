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

/**
 * Lets a backend that is ready wait for less than a second, so that jobs start when they are due. It rounds
 * waits up to whole seconds, as Redis 5 needs, where it has not asked for the version; ours is 6.2 at least.
 */
export function allowShortWaits(backend: RedisQueueBackend): void {
  const { blockingConnection } = backend as unknown as { blockingConnection?: { capabilities: object } }
  if (blockingConnection) blockingConnection.capabilities = { canDoubleTimeout: true, canBlockFor1Ms: false }
}
